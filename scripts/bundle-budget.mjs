/** Fails when the JavaScript that the page loads before a model is dropped is over its budget, or when onnxruntime is part of it. */
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';

const BUDGET_BYTES = 200_000;
const DIST = 'dist';

/** The scripts of index.html and all that they import statically. */
function firstScripts() {
  const html = readFileSync(join(DIST, 'index.html'), 'utf8');
  const pending = [...html.matchAll(/(?:src|href)="([^"]+\.js)"/g)].map(([, path]) => resolve(DIST, path));
  const seen = new Map();
  for (let file = pending.pop(); file; file = pending.pop()) {
    if (seen.has(file)) continue;
    const code = readFileSync(file, 'utf8');
    seen.set(file, code);
    for (const [, path] of code.matchAll(/\b(?:import|from)\s*["'](\.[^"']+\.js)["']/g)) pending.push(resolve(dirname(file), path));
  }
  return seen;
}

const scripts = firstScripts();
let total = 0;
for (const [file, code] of scripts) {
  const bytes = gzipSync(code).length;
  total += bytes;
  console.log(`${String(bytes).padStart(8)} B gzip  ${file.slice(file.lastIndexOf('/') + 1)}`);
  if (/ort-wasm|onnxruntime/.test(code)) throw new Error(`${file} carries onnxruntime, which must load only when it is needed.`);
}
console.log(`${String(total).padStart(8)} B gzip before a model is dropped; the budget is ${BUDGET_BYTES}.`);
if (scripts.size === 0) throw new Error('index.html loads no script: the budget measured nothing.');
if (total > BUDGET_BYTES) process.exit(1);
