import { existsSync, linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readOptimize } from './args';
import { readInputs, type Inputs } from './inputs';
import { InputProblem } from './problem';
import { externalModel } from '../library/testing/external-model';

const CARD = {
  version: 1,
  task: 'classification',
  data: 'data',
  format: 'npy',
  images: 'x.npy',
  input: { layout: 'NCHW', size: [6, 6], channels: 'RGB', scale: 1, mean: [0], std: [1] },
};

let folder = '';
const at = (...parts: readonly string[]): string => join(folder, ...parts);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'whittle-inputs-'));
  for (const name of ['data', 'sub', 'elsewhere']) mkdirSync(at(name));
  writeFileSync(at('net.onnx'), externalModel('sub/w.bin'));
  writeFileSync(at('sub/w.bin'), 'weights');
  writeFileSync(at('recipe.json'), '{"version":1,"target":"webgpu","passes":[]}');
  writeFileSync(at('card.json'), JSON.stringify(CARD));
  writeFileSync(at('data/x.npy'), 'samples');
  writeFileSync(at('elsewhere/labels.csv'), 'labels');
  symlinkSync(at('elsewhere'), at('data/more'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function read(...more: readonly string[]): Inputs {
  const args = readOptimize([
    at('net.onnx'),
    '--recipe',
    at('recipe.json'),
    '--card',
    at('card.json'),
    ...(more.includes('--out') ? [] : ['--out', at('small.onnx')]),
    ...more,
  ]);
  if (args === 'help') throw new Error('help');
  return readInputs(args);
}

function problem(...more: readonly string[]): string {
  try {
    read(...more);
  } catch (thrown) {
    if (thrown instanceof InputProblem) return thrown.message;
    throw thrown;
  }
  return 'accepted';
}

test('a report and a scan have files of their own, and external data come with their paths', () => {
  expect(read('--report', at('a.html'), '--sensitivity', at('a.csv'))).toMatchObject({
    report: at('a.html'),
    sensitivity: at('a.csv'),
    task: { measured: 'closer', scan: true },
  });
  expect(read('--profile')).toMatchObject({
    report: null,
    sensitivity: null,
    task: { measured: 'everything', scan: false },
    modelFiles: [{ name: 'net.onnx' }, { path: at('sub/w.bin'), name: 'sub/w.bin' }],
  });
  expect(readdirSync(folder).toSorted()).toEqual(['card.json', 'data', 'elsewhere', 'net.onnx', 'recipe.json', 'sub']);
});

const INPUTS = [
  ['net.onnx', /is the model itself/],
  ['sub/w.bin', /is the model's external data/],
  ['recipe.json', /is the recipe/],
  ['card.json', /is the card/],
  ['data/x.npy', /is a file of the card's data/],
  ['elsewhere/labels.csv', /is a file of the card's data/],
] as const;

test.each(INPUTS)('%s is not overwritten, by any option or spelling, nor through links', (name, message) => {
  symlinkSync(at(name), at('soft'));
  symlinkSync('soft', at('softer'));
  linkSync(at(name), at('hard'));
  symlinkSync(folder, at('round'));
  for (const option of ['--out', '--report', '--sensitivity']) {
    for (const path of [at(name), at('soft'), at('softer'), at('hard'), at('round', name), `${folder}/./sub/..//${name}`])
      expect(problem(option, path), `${option} ${path}`).toMatch(message);
  }
});

test('outputs are files of their own', () => {
  symlinkSync('small.onnx', at('dangling'));
  symlinkSync('.', at('round'));
  for (const path of ['small.onnx', 'SMALL.onnx', 'dangling', 'round/small.onnx', './sub/../small.onnx'])
    expect(problem('--report', `${folder}/${path}`)).toMatch(/named twice/);
  writeFileSync(at('a.json'), 'old');
  linkSync(at('a.json'), at('b.json'));
  expect(problem('--report', at('a.json'), '--sensitivity', at('b.json'))).toMatch(/named twice/);
});

test('an output that is a link is written where that leads', () => {
  symlinkSync('elsewhere/real.onnx', at('link.onnx'));
  expect(read('--out', at('link.onnx')).out).toBe(at('elsewhere/real.onnx'));
});

test.each([
  ['no/such/out.onnx', /its folder does not exist/],
  ['recipe.json/out.onnx', /a file, not a folder/],
  ['sub', /is a folder/],
  ['new/', /names a folder/],
  ['circle', /links lead in a circle/],
  [`${'n'.repeat(300)}.onnx`, /name is too long/],
  ['/dev/full', /is a device or a pipe/],
  ['/proc/out.onnx', /cannot be written/],
])('no output can be written at %s', (path, message) => {
  symlinkSync('circle', at('circle'));
  for (const option of ['--out', '--report', '--sensitivity'])
    expect(problem(option, path.startsWith('/') ? path : `${folder}/${path}`)).toMatch(message);
});

test.each([
  ['net.onnx', /The model .* is a folder/],
  ['recipe.json', /The recipe .* is a folder/],
  ['card.json', /The card .* is a folder/],
])('a folder in the place of %s', (name, message) => {
  rmSync(at(name));
  mkdirSync(at(name));
  expect(problem()).toMatch(message);
});

test('a card whose data are a file or missing, a card that is no JSON: one line', () => {
  rmSync(at('data'), { recursive: true });
  expect(problem()).toMatch(/data folder .* does not exist/);
  writeFileSync(at('data'), '');
  expect(problem()).toMatch(/data folder .* is a file/);
  writeFileSync(at('card.json'), '{"version"\n:\u001B[31m nonsense');
  // oxlint-disable-next-line no-control-regex
  expect(problem()).toMatch(/^The card [^\u0000-\u001F]* cannot be read: [^\u0000-\u001F]*$/);
});

test('--ep takes the place of the target', () => {
  expect(read('--ep', 'wasm')).toMatchObject({ task: { ep: 'wasm', recipe: { target: 'wasm' } } });
});

test('nothing is written by looking', () => {
  writeFileSync(at('small.onnx'), 'old');
  read('--report', at('report.json'));
  expect([readFileSync(at('small.onnx'), 'utf8'), existsSync(at('report.json'))]).toEqual(['old', false]);
});

test('samples without a card are a folder or a file, and nothing is written over them', () => {
  const bare = (...more: readonly string[]): Inputs => {
    const args = readOptimize([at('net.onnx'), '--recipe', at('recipe.json'), '--out', at('small.onnx'), ...more]);
    if (args === 'help') throw new Error('help');
    return readInputs(args);
  };
  expect(bare('--samples', at('data')).task.data).toEqual({ name: 'data', card: null, path: at('data'), isFolder: true });
  expect(bare('--samples', at('data/x.npy')).task.data).toEqual({ name: 'x.npy', card: null, path: at('data/x.npy'), isFolder: false });
  expect(() => bare('--samples', at('none'))).toThrow('does not exist');
  expect(() => bare('--samples', at('data/x.npy'), '--report', at('data/x.npy'))).toThrow(
    'is the samples: what is read is never overwritten',
  );
  expect(() => bare('--samples', at('data'), '--report', at('data/x.npy'))).toThrow('is a file of the samples');
});
