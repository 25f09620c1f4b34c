import { expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '../data/limits';
import { readArguments } from './args';
import { InputProblem } from './problem';

const GOOD = ['net.onnx', '--recipe', 'r.json', '--out', 'o.onnx'];

test.each(['1e3', '0x10', ' 5', '5 ', '', '+5', '-1', '0', '1.0', '٣', '9007199254740993', 'ten'])(
  'a count is plain digits from 1: "%s" is refused',
  (text) => {
    expect(() => readArguments([...GOOD, `--limit=${text}`])).toThrow(InputProblem);
    for (const option of ['calibration', 'max-pixels', 'max-unpacked', 'max-ratio'])
      expect(() => readArguments([...GOOD, `--${option}=${text}`])).toThrow(InputProblem);
  },
);

test('plain digits', () => {
  expect(readArguments([...GOOD, '--limit', '500', '--calibration', '007'])).toMatchObject({
    limit: 500,
    calibration: 7,
    limits: DEFAULT_LIMITS,
  });
  expect(readArguments([...GOOD, '--max-pixels', '256', '--max-unpacked', '2000', '--max-ratio', '1000'])).toMatchObject({
    limits: { maxPixels: 256e6, maxUnpacked: 2e9, maxRatio: 1000 },
  });
});

test.each([
  ['8-bit', { kind: 'bits', bits: 8 }],
  ['4-bit', { kind: 'bits', bits: 4 }],
  ['500kB', { kind: 'bytes', bytes: 500_000 }],
  ['1.5 MB', { kind: 'bytes', bytes: 1_500_000 }],
])('the best of %s', (text, goal) => {
  const read = (...more: readonly string[]) => readArguments(['net.onnx', '--best', text, '--out', 'o.onnx', ...more]);
  expect(read()).toMatchObject({ recipe: null, best: { goal, target: 'wasm' }, inBrowser: false, score: true });
  expect(read('--target', 'webgpu', '--no-score')).toMatchObject({ best: { goal, target: 'webgpu' }, score: false });
  expect(read('--ep', 'webgpu')).toMatchObject({ best: { goal, target: 'webgpu' }, inBrowser: true });
});

test.each([
  [[], /No model/],
  [['', '--recipe', 'r', '--out', 'o'], /No model/],
  [['a.onnx', 'b.onnx', '--recipe', 'r', '--out', 'o'], /b\.onnx is one too many/],
  [['a.onnx', '--out', 'o'], /No recipe/],
  [['a.onnx', '--recipe', 'r'], /No output/],
  [['a.onnx', '--recipe', 'r', '--out='], /--out is empty/],
  [[...GOOD, '--out', 'other.onnx'], /--out is given twice/],
  [[...GOOD, '--limit'], /--limit/],
  [[...GOOD, '--frobnicate'], /--frobnicate/],
  [[...GOOD, '--card', 'c.json', '--samples', 'pictures'], /--card and --samples are both given/],
  [[...GOOD, '--ep', 'WASM'], /--ep is "WASM"/],
  [[...GOOD, '--profile=yes'], /--profile/],
  [[...GOOD, '--best', '4-bit'], /--recipe and --best are both given/],
  [[...GOOD, '--target', 'wasm'], /--recipe and --target are both given/],
  [['a.onnx', '--best', '5-bit', '--out', 'o'], /--best is "5-bit"; it takes 8-bit, 4-bit, or a size/],
  [['a.onnx', '--best', '0kB', '--out', 'o'], /--best is "0kB"/],
  [['a.onnx', '--best', '1e3kB', '--out', 'o'], /--best is "1e3kB"/],
  [['a.onnx', '--best', '4-bit', '--target', 'gpu', '--out', 'o'], /--target is "gpu"/],
  [[...GOOD, '--no-score', '--sensitivity', 's.csv'], /--no-score .* leave out --sensitivity/],
  [[...GOOD, '--no-score', '--profile'], /--no-score .* leave out --profile/],
])('one line for a bad argument: %j', (argv, message) => {
  let told = '';
  try {
    readArguments(argv);
  } catch (thrown) {
    if (thrown instanceof InputProblem) told = thrown.message;
  }
  expect(told).toMatch(message);
  expect(told.split('\n')).toHaveLength(1);
});
