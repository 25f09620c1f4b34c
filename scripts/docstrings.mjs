/**
 * Every function that a module of src gives to others says what its signature does not: shapes, units, ranges, errors, sources. Tests, what
 * serves them, and React components (their props have docstrings of their own) are free.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const src = fileURLToPath(new URL('../src', import.meta.url));
const FREE = /\.test\.tsx?$|\.d\.ts$|(^|[/\\])testing[/\\]/;
const FUNCTION = /^export (?:async )?function\*? (\w+)|^export const (\w+)(?:: [^=]+)? = (?:async )?(?:\([^)]*\)|\w+)(?:: .+)? =>/;

let functions = 0;
let without = 0;
for (const path of readdirSync(src, { encoding: 'utf8', recursive: true })) {
  if (!/\.tsx?$/.test(path) || FREE.test(path)) continue;
  const lines = readFileSync(join(src, path), 'utf8').split('\n');
  const seen = new Set();
  for (const [at, line] of lines.entries()) {
    const found = FUNCTION.exec(line);
    const name = found?.[1] ?? found?.[2];
    const isComponent = path.endsWith('.tsx') && /^[A-Z]/.test(name ?? '');
    if (name === undefined || isComponent || seen.has(name)) continue;
    // The first of several overloads speaks for all.
    seen.add(name);
    functions++;
    if (lines[at - 1]?.endsWith('*/')) continue;
    without++;
    console.error(`src/${path}:${at + 1}: ${name} has no docstring`);
  }
}
console.log(`${functions} exported functions, ${without === 0 ? 'each with a docstring' : `${without} without a docstring`}.`);
process.exitCode = without > 0 ? 1 : 0;
