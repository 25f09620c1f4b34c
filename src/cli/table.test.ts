import { expect, test } from 'vitest';
import { reportOf } from '../report/index';
import { BY_CHANCE, FULL, LEAST } from '../report/testing/results';
import { tableOf } from './table';

test('before and after side by side, what the passes said, and the truth meter', () => {
  const lines = tableOf(reportOf(FULL))
    .split('\n')
    .map((line) => line.replaceAll(/ {2,}/g, '  '));
  expect(lines).toEqual([
    '  before  after',
    'size  4,953,397 B  1,302,345 B  26.3 % of the original',
    'size, gzip  4,601,234 B  903,456 B  19.6 % of the original',
    'size, brotli  4,550,001 B  880,002 B  19.3 % of the original',
    'latency, median  10.20 ms  8.10 ms  WebGPU, faster, 0.80× the time',
    'latency, p10 to p90  10.05-10.40 ms  7.95-8.30 ms',
    'top-1  59.60 %  58.80 %  500 samples',
    'top-1, 95 %  55.24-63.81 %  54.43-63.03 %',
    'top-5  81.60 %  81.20 %',
    'top-1, difference in points  -0.80  no measurable change; 95 % -2.27 to 0.66; 9 worse, 5 better, p 0.30',
    'agreement, top-1  93.20 %  cosine 0.991234, max 2.1e+0',
    'KL  0.0473  nats, mean over samples, of "softmax"',
    'WebGPU against WASM  agrees  max 4.2e-5',
    'file against studio  agrees  max 1.5e-6',
    '',
    '2 of 500 answers changed (0.4 %); most often tench, Tinca tinca became great white shark (1).',
    '',
    'prune-weights: Half of the weights are zero.',
    '  not touched: fc: It is a bias.',
    '',
    '1 of 2 weights, 62.8 % of their bytes, is stored in 6 bits. 1 stays float32.',
    '  stays: fire2/squeeze: quantize-weights: left as it was.',
    '',
    'The written file was loaded and run beside the opened one on 4 of your samples: ' +
      "the outputs differ by at most 0.0625, 6.25 % of the output's range.",
    '',
    "Faster: This recipe took 0.79× the original's time.",
    'Int8 products: not measured. No packed dot product.',
  ]);
});

test('what nobody asked to measure is one sentence with its reason', () => {
  const truth = ['Where each operator runs', 'This model in other forms'].map(
    (what) => ({ level: 'unknown', text: `${what}: not measured yet.` }) as const,
  );
  expect(
    tableOf({ ...reportOf(FULL), truth })
      .split('\n')
      .at(-1),
  ).toBe('Not measured, since it was not asked for: Where each operator runs; This model in other forms.');
});

test('what was not measured has no figure', () => {
  const table = tableOf(reportOf(LEAST));
  expect(table).toMatch(/^size +4,953,397 B +-$/m);
  expect(table).toMatch(/^latency, median +- +- +WebGPU$/m);
  expect(table).toMatch(/^top-1 +- +- +not measured$/m);
  expect(table).not.toMatch(/\b0\.0|NaN|undefined/);
});

test('the same score with other answers is told, and so is a loss', () => {
  const { evaluation } = FULL;
  if (!evaluation?.changed || !evaluation.classes) throw new Error('The full results have answers.');
  const [tench, shark] = evaluation.classes.map(({ index, name }) => ({ index, name }));
  if (!tench || !shark) throw new Error('There are two classes.');
  const swapped = {
    ...evaluation,
    classes: evaluation.classes.map((figures) => ({ ...figures, samples: 50, before: 50, after: 0, worse: 50, better: 0, p: 1e-14 })),
    changed: {
      ...evaluation.changed,
      total: 100,
      worse: 100,
      moves: [
        { from: tench, to: shark, count: 50 },
        { from: shark, to: tench, count: 50 },
      ],
    },
  };
  const lost = tableOf(
    reportOf({
      ...FULL,
      evaluation: { ...swapped, paired: { worse: 100, better: 0, p: 1e-29, difference: -20, interval: { low: -24, high: -17 } } },
    }),
  );
  expect(lost).toContain('\nWarning: Loses 20.0 points of accuracy.\nWarning: 100 of 500 answers changed (20.0 %); most often');
  expect(lost).toContain(
    'most often tench, Tinca tinca became great white shark (50) and great white shark became tench, Tinca tinca (50).',
  );
  const same = tableOf(reportOf({ ...FULL, evaluation: swapped }));
  expect(same).toContain('no measurable change of the score, but other answers; 95 %');
  expect(same).toContain(
    'Warning: 2 of 2 classes moved beyond chance (exact McNemar test, ' +
      'corrected for their number): tench, Tinca tinca, 50 to 0 of 50 right (p < 0.001); ',
  );
});

test('an accuracy that cannot be told from chance is a warning in the place of its figures, with what to do', () => {
  const { evaluation } = FULL;
  if (!evaluation) throw new Error('There is no evaluation.');
  const table = tableOf(reportOf({ ...FULL, evaluation: { ...evaluation, chance: BY_CHANCE } }));
  expect(table).toMatch(/^top-1 +- +- +cannot be told from chance, 500 samples$/m);
  expect(table).toContain("Warning: The original's accuracy cannot be told from chance: 1 of 500 samples right");
  expect(table).toContain('Check how the samples are prepared');
  expect(table).not.toMatch(/59\.60|top-5|difference/);
});
