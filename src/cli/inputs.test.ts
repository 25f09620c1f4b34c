import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readArguments, type Arguments } from './args';
import { readInputs } from './inputs';

const folder = mkdtempSync(join(tmpdir(), 'whittle-inputs-'));
const [model, recipe, out] = [join(folder, 'net.onnx'), join(folder, 'recipe.json'), join(folder, 'small.onnx')];
writeFileSync(model, '');
writeFileSync(recipe, '{"version":1,"target":"webgpu","passes":[]}');
afterAll(() => rmSync(folder, { recursive: true }));

function given(...more: readonly string[]): Arguments {
  const args = readArguments([model, '--recipe', recipe, '--out', out, ...more]);
  if (args === 'help') throw new Error('help');
  return args;
}

test('a report and a scan have files of their own', () => {
  expect(readInputs(given('--report', join(folder, 'a.html'), '--sensitivity', join(folder, 'a.csv')))).toMatchObject({ report: join(folder, 'a.html'), sensitivity: join(folder, 'a.csv'), profile: false });
  expect(readInputs(given('--profile'))).toMatchObject({ report: null, sensitivity: null, profile: true });
});

test.each([
  [['--report', out], /small\.onnx is named twice/],
  [['--report', model], /net\.onnx is named twice/],
  [['--report', join(folder, 'a.json'), '--sensitivity', `${folder}/./a.json`], /a\.json is named twice/],
])('one file for two things: %s', (more, message) => {
  expect(() => readInputs(given(...more))).toThrow(message);
});

test('--ep takes the place of the target', () => {
  expect(readInputs(given('--ep', 'wasm'))).toMatchObject({ ep: 'wasm', recipe: { target: 'wasm' } });
});
