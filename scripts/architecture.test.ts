import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { check } from './architecture.mjs';

const roots: string[] = [];
afterEach(() => roots.splice(0).forEach((root) => rmSync(root, { recursive: true })));

/** What is said of a house of these files. */
function problemsOf(files: Readonly<Record<string, string>>): readonly string[] {
  const root = mkdtempSync(join(tmpdir(), 'whittle-house-'));
  roots.push(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, 'src', path)), { recursive: true });
    writeFileSync(join(root, 'src', path), text);
  }
  return check(root).problems;
}

const other = {
  'ui/thing.tsx': 'export const Thing = () => <b>{1}</b>; export type T = 1;',
  'onnx/read.ts': 'export const read = 1; export type R = 2;',
};

test.each([
  ['a .ts file', 'base/a.ts', "import { read } from '../onnx/read';"],
  ['a .tsx file', 'ui/b.tsx', "import { read } from '../onnx/read'; export const B = () => <i>{read}</i>;"],
  ['a type alone', 'base/a.ts', "import type { R } from '../onnx/read'; export type A = R;"],
  ['a type in an expression', 'base/a.ts', "export type A = import('../onnx/read').R;"],
  ['a re-export', 'base/a.ts', "export { read } from '../onnx/read';"],
  ['a re-export of all', 'base/a.ts', "export * from '../onnx/read';"],
  ['a dynamic import', 'base/a.ts', "export const a = () => import('../onnx/read');"],
  ['a component', 'base/a.ts', "import { Thing } from '../ui/thing'; export const a = Thing;"],
])('a forbidden import is found: %s', (_name, path, text) => {
  const problems = problemsOf({ ...other, [path]: text });
  expect(problems.length).toBeGreaterThan(0);
  for (const problem of problems) expect(problem).toContain(`src/${path} imports src/`);
});

test('circles are found, of types too; allowed imports and tests are no problem', () => {
  expect(
    problemsOf({
      'base/a.ts': "import { b } from './b'; export const a = b;",
      'base/b.ts': "import type { C } from './c'; export const b: C = 1;",
      'base/c.ts': "import './a'; export type C = 1;",
    }),
  ).toEqual(['circle: src/base/a.ts -> src/base/b.ts -> src/base/c.ts -> src/base/a.ts']);
  expect(
    problemsOf({
      ...other,
      'measure/m.ts': "import { read } from '../onnx/read'; export const m = read;",
      'base/a.test.ts': "import '../onnx/read';",
    }),
  ).toEqual([]);
});

test('a folder without a row in the table is named: its imports would go unchecked', () => {
  expect(problemsOf({ 'cellar/a.ts': 'export const a = 1;', 'main.tsx': 'export const m = 1;' })).toEqual([
    'src/cellar/a.ts is in no room of docs/architecture.md',
  ]);
});

test('each build of onnxruntime is for its folder of the runtime alone, and an import that leads nowhere is an error', () => {
  expect(
    problemsOf({
      'measure/m.ts': "import * as ort from 'onnxruntime-web/webgpu'; export const o = ort;",
      'runtime/r.ts': "import type { Tensor } from 'onnxruntime-common'; export type T = Tensor; export * from 'onnxruntime-web';",
      'runtime/web/w.ts': "import 'onnxruntime-web';",
    }),
  ).toEqual([
    'src/measure/m.ts imports onnxruntime-web/webgpu: only src/runtime/web imports it',
    'src/runtime/r.ts imports onnxruntime-web: only src/runtime/web imports it',
  ]);
  expect(() => problemsOf({ 'base/a.ts': "import './gone';" })).toThrow('src/base/a.ts imports "./gone"');
});
