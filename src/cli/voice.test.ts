import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { barLine, leftMs } from './bar';
import { painter } from './colours';
import { alignedLines, wrapped } from './columns';
import { FULL } from '../report/testing/results';
import { inspectedText } from './inspect-text';
import { nearest } from './nearest';

test('a bar with the time gone and the time left, no wider than the terminal', () => {
  const progress = { stage: 'Quantizing conv1', done: 1, total: 4, startedAt: 0 };
  expect(barLine('Running the recipe', progress, 12_000, 10_000, 200)).toBe(
    '█████░░░░░░░░░░░░░░░  25 %  0:12, 0:30 left  Running the recipe: Quantizing conv1',
  );
  expect(barLine('Running the recipe', progress, 12_000, 10_000, 70)).toMatch(/left {2}Quantizing conv1$/);
  expect(barLine('Running the recipe', progress, 12_000, 10_000, 40)).toHaveLength(40);
  expect(barLine('Opening the model', null, 400, 400, 80)).toBe('Opening the model … 0:00');
  expect(leftMs({ ...progress, done: 0 }, 10_000)).toBeNull();
  expect(leftMs(progress, 1000)).toBeNull();
});

test.each([
  [{ isTTY: true }, {}, true],
  [{ isTTY: false }, {}, false],
  [{ isTTY: true }, { NO_COLOR: '1' }, false],
  [{ isTTY: true }, { NO_COLOR: '' }, true],
  [{ isTTY: true }, { TERM: 'dumb' }, false],
  [{ isTTY: false }, { FORCE_COLOR: '1' }, true],
  [{ isTTY: true }, { FORCE_COLOR: '0' }, false],
  [{ isTTY: false }, { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
])('colours on %j with %j: %s', (stream, env, coloured) => {
  const text = painter(stream, env)('red', 'no');
  expect(text === 'no').toBe(!coloured);
  expect(stripVTControlCharacters(text)).toBe('no');
});

test('columns fit the terminal: the first gives way, cut in its middle', () => {
  const rows = [
    ['layer', 'size'],
    ['features/expand3x3/conv', '4 kB'],
  ];
  expect(alignedLines(rows, ['left', 'right'])).toEqual(['layer                    size', 'features/expand3x3/conv  4 kB']);
  expect(alignedLines(rows, ['left', 'right'], 20)).toEqual(
    ['layer           size', 'feature…x3/conv  4 kB'].map((line) => line.replace('feature…x3/conv', 'feature…3/conv')),
  );
  expect(wrapped('Relu 4, Conv 3, Gemm 2', 15, '  ')).toEqual(['Relu 4, Conv 3,', '  Gemm 2']);
});

test('the model as a table: on a narrow terminal fewer columns, in lines that fit', () => {
  const layers = FULL.opened.layers.flatMap((layer) => [layer, Object.assign({}, layer, { id: 'blocks/3/attention/query/MatMul' })]);
  const inspected = { summary: FULL.opened.summary, layers, skipped: [{ layer: 'mask', reason: 'Nothing reads it as a weight.' }] };
  const plain = painter({}, {});
  const wide = inspectedText(inspected, Infinity, plain);
  expect(wide).toMatch(/^layer +operator +shape +type +weights +size +share +MACs$/m);
  expect(wide).toContain('blocks/3/attention/query/MatMul');
  expect(wide).toMatch(/1 constant stays as it is, whatever the recipe:\n {2}mask: Nothing reads it as a weight\.$/);
  const narrow = inspectedText(inspected, 60, plain).split('\n');
  expect(Math.max(...narrow.map((line) => line.length))).toBeLessThanOrEqual(60);
  expect(narrow).toContainEqual(expect.stringMatching(/^layer +operator +shape +size$/));
});

test.each([
  ['recpie', 'recipe'],
  ['senstivity', 'sensitivity'],
  ['calib', 'calibration'],
  ['frobnicate', null],
  ['x', null],
])('%s is near %s', (word, meant) => {
  expect(nearest(word, ['recipe', 'sensitivity', 'calibration', 'out', 'report'])).toBe(meant);
});
