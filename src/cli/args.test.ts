import { expect, test } from 'vitest';
import { isInputError, WhittleError } from '../base/errors';
import { DEFAULT_LIMITS } from '../data/limits';
import { readOptimize } from './args';
import { commandOf } from './command';
import { InputProblem } from './problem';

const GOOD = ['net.onnx', '--recipe', 'r.json', '--out', 'o.onnx'];

test.each(['1e3', '0x10', ' 5', '5 ', '', '+5', '-1', '0', '1.0', '٣', '9007199254740993', 'ten'])(
  'a count is plain digits from 1: "%s" is refused',
  (text) => {
    expect(() => readOptimize([...GOOD, `--limit=${text}`])).toThrow(InputProblem);
    for (const option of ['calibration', 'max-pixels', 'max-unpacked', 'max-ratio'])
      expect(() => readOptimize([...GOOD, `--${option}=${text}`])).toThrow(InputProblem);
  },
);

test('plain digits', () => {
  expect(readOptimize([...GOOD, '--limit', '500', '--calibration', '007'])).toMatchObject({
    limit: 500,
    calibration: 7,
    limits: DEFAULT_LIMITS,
  });
  expect(readOptimize([...GOOD, '--max-pixels', '256', '--max-unpacked', '2000', '--max-ratio', '1000'])).toMatchObject({
    limits: { maxPixels: 256e6, maxUnpacked: 2e9, maxRatio: 1000 },
  });
});

test.each([
  ['8-bit', { kind: 'bits', bits: 8 }],
  ['4-bit', { kind: 'bits', bits: 4 }],
  ['500kB', { kind: 'bytes', bytes: 500_000 }],
  ['1.5 MB', { kind: 'bytes', bytes: 1_500_000 }],
])('the best of %s', (text, goal) => {
  const read = (...more: readonly string[]) => readOptimize(['net.onnx', '--best', text, '--out', 'o.onnx', ...more]);
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
  [[...GOOD, '--limit'], /--limit needs a value/],
  [['a.onnx', '--recipe', '--out', 'o'], /--recipe needs a value/],
  [[...GOOD, '--frobnicate'], /^There is no option --frobnicate\. See/],
  [[...GOOD, '--senstivity', 's.csv'], /no option --senstivity\. Did you mean --sensitivity\?/],
  [[...GOOD, '--repotr=r.html'], /Did you mean --report\?/],
  [[...GOOD, '-x'], /no option -x\./],
  [[...GOOD, '-o', 'other.onnx'], /--out and -o are both given/],
  [[...GOOD, '--card', 'c.json', '--samples', 'pictures'], /--card and --samples are both given/],
  [[...GOOD, '--json', '-q'], /--json and --quiet are both given/],
  [[...GOOD, '--ep', 'native', '--in-browser'], /no native kernels/],
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
    readOptimize(argv);
  } catch (thrown) {
    if (thrown instanceof InputProblem || (thrown instanceof WhittleError && isInputError(thrown))) told = thrown.message;
  }
  expect(told).toMatch(message);
  expect(told.split('\n')).toHaveLength(1);
});

test('other names of options, and what a command line without a name is', () => {
  expect(readOptimize(['a.onnx', '--best', '4-bit', '-o', 'o.onnx', '--card', 'c.json', '-q'])).toMatchObject({
    out: 'o.onnx',
    data: 'c.json',
    manner: 'quiet',
  });
  expect(readOptimize([...GOOD, '--ep', 'native'])).toMatchObject({ ep: null, inBrowser: false });
  expect(commandOf(['net.onnx', '--best', '4-bit', '-o', 'o'])).toMatchObject({ command: 'optimize' });
  expect(commandOf(['inspect', 'net.onnx', '--json'])).toEqual({ command: 'inspect', manner: 'json', model: 'net.onnx' });
  expect(commandOf(['compare', 'a.onnx', 'b.onnx', '--data', 'd'])).toMatchObject({ models: ['a.onnx', 'b.onnx'], data: 'd' });
  expect(['--help', 'inspect -h', 'help compare', '--version'].map((line) => commandOf(line.split(' ')))).toEqual(
    (['whittle', 'inspect', 'compare', 'version'] as const).map((of) => ({ command: 'help', of })),
  );
});

test.each([
  [['inspekt', 'a.onnx'], /no command inspekt, and no file of that name\. Did you mean inspect\?/],
  [['search', 'a.onnx'], /no command search.* The commands are optimize, inspect, compare/],
  [['compare', 'a.onnx'], /name two/],
  [['inspect', 'a.onnx', 'b.onnx'], /b\.onnx is one too many/],
  [['inspect', 'a.onnx', '--out', 'o'], /no option --out/],
])('one line for a command that is none: %j', (argv, message) => {
  expect(() => commandOf(argv)).toThrow(InputProblem);
  expect(() => commandOf(argv)).toThrow(message);
});
