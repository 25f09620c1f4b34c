/**
 * Lines of at most 140 columns in every source: Prettier breaks code at that width, but no string, template, regular expression or comment,
 * and neither WGSL nor CSS. Columns are characters, not bytes.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MOST = 140;
const FOLDERS = ['.', '.ci', 'src', 'shaders', 'scripts', 'bench', 'fuzz', 'e2e'];
const SOURCE = /\.(ts|tsx|mjs|css|wgsl|html|sh)$|^\.ci\/run$/;

const root = fileURLToPath(new URL('..', import.meta.url));
const inFolder = (folder) => readdirSync(join(root, folder), { recursive: folder !== '.' }).map((path) => join(folder, path));
const sources = FOLDERS.flatMap(inFolder).filter((path) => SOURCE.test(path));
let longer = 0;
for (const path of sources) {
  for (const [at, line] of readFileSync(join(root, path), 'utf8').split('\n').entries()) {
    const columns = Array.from(line).length;
    if (columns <= MOST) continue;
    longer++;
    console.error(`${path}:${at + 1}: ${columns} columns`);
  }
}
console.log(`${sources.length} files: ${longer === 0 ? 'no' : longer} lines over ${MOST} columns.`);
process.exitCode = longer > 0 ? 1 : 0;
