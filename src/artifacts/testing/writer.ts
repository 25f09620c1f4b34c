/** FOLDER KEY: keeps an artifact of 1 MiB under the key, again and again, each of another value, until it is killed. */
import { folderShelf } from '../node/folder';
import { createArtifacts } from '../store';

const [folder = '', key = ''] = process.argv.slice(2);
const artifacts = createArtifacts(folderShelf(folder), 2 ** 22);
for (let turn = 0; ; turn++) {
  await artifacts.put(key, new Uint8Array(2 ** 20).fill(turn));
  if (turn === 3) console.log('under way');
}
