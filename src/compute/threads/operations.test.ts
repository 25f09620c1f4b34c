import { createHash } from 'node:crypto';
import { afterAll, expect, it } from 'vitest';
import type { Codebook, Grid } from '../../base/grids';
import { createCpuCompute } from '../cpu';
import { startNodeThread } from '../node/crew';
import { adaround, adaroundOf } from '../operations/adaround';
import { applyCut, isCut } from '../operations/apply-cut';
import { assign, assignValuesOf } from '../operations/assign';
import { assignCodes, assignCodesOf } from '../operations/assign-codes';
import { clipErrors, clipErrorsOf } from '../operations/clip-errors';
import { codesOf, gridCodes } from '../operations/codes';
import { countBelow, countBelowOf } from '../operations/count-below';
import { errorSums, sumErrors } from '../operations/error-sums';
import { gramProduct, gramProductOf } from '../operations/gram-product';
import { binCounts, histogramOf } from '../operations/histogram';
import { fakeQuantize, quantize } from '../operations/quantize';
import { groupRanges, rangesOf } from '../operations/ranges';
import { roundHalf, roundHalfOf } from '../operations/round-half';
import { type FeedbackLevels, roundWithFeedback, roundWithFeedbackOf } from '../operations/round-with-feedback';
import { noise } from '../testing/data';
import type { Compute, Handle, Operation } from '../types';
import { OPERATIONS } from '../webgpu/operations';
import { createCrew } from './crew';
import type { ToThread } from './messages';
import { TASKS } from './tasks';

/** Large enough that every operation is cut, and of no round size. */
const [K, N] = [1031, 1201];
const W = noise(K * N);
/** As MatMul has them: the columns' blocks of 100 rows. */
const groups = { outer: K, channels: N, inner: 1, block: 100 };
const blocks = Math.ceil(K / 100) * N;
const grid: Grid = {
  groups,
  bits: 4,
  qMin: -8,
  qMax: 7,
  scales: noise(blocks, 2, 0.05).map((x) => 0.13 + x),
  zeroPoints: Int32Array.from(noise(blocks, 3, 3)),
};
const codebook: Codebook = { groups: { outer: 1, channels: K, inner: N, block: N }, size: 5, values: noise(K * 5, 4).toSorted() };
const shape = { groups: 2, rows: 64, columns: 200 };
const square = noise(2 * 200 * 200, 5, 0.02);
const rows = noise(64 * 200, 6);
const levels: FeedbackLevels = {
  kind: 'grid',
  qMin: -8,
  qMax: 7,
  scales: new Float32Array(64).fill(0.13),
  zeroPoints: new Int32Array(64),
  blockOf: new Uint32Array(200),
};
const choices = noise(3 * 64 * 200, 7, 0.5).map(Math.abs);
const learning = { iterations: 3, signal: new AbortController().signal, onIteration: () => {} };
const cut = { bits: 0x3f000000, threshold: 0.5, tieTensor: 0, tieIndex: 0, count: 0 };

/** By the task's name: the operation on a compute, and what its reference gives for all of the tensor. */
const CASES: Readonly<Record<string, [ask: (compute: Compute, w: Handle) => Promise<unknown>, known: () => unknown]>> = {
  [nameOf(applyCut)]: [valuesOf((c, w) => c.run(applyCut, w, 0, cut)), () => W.map((x, e) => (isCut(x, 0, e, cut) ? 0 : x))],
  [nameOf(assign)]: [valuesOf((c, w) => c.run(assign, w, codebook)), () => assignValuesOf(W, codebook)],
  [nameOf(assignCodes)]: [(c, w) => c.run(assignCodes, w, codebook), () => assignCodesOf(W, codebook)],
  [nameOf(binCounts)]: [(c, w) => c.run(binCounts, w, -0.5, 0.7, 99), () => histogramOf(W, -0.5, 0.7, 99)],
  [nameOf(clipErrors)]: [(c, w) => c.run(clipErrors, w, grid, RATIOS), () => clipErrorsOf(W, grid, RATIOS)],
  [nameOf(countBelow)]: [(c, w) => c.run(countBelow, [w, w], 0.3), () => 2 * countBelowOf(W, 0.3)],
  [nameOf(gridCodes)]: [(c, w) => c.run(gridCodes, w, grid), () => codesOf(W, grid)],
  [nameOf(groupRanges)]: [(c, w) => c.run(groupRanges, w, groups), () => rangesOf(W, groups)],
  [nameOf(quantize)]: [valuesOf((c, w) => c.run(quantize, w, grid)), () => fakeQuantize(W, grid)],
  [nameOf(roundHalf)]: [valuesOf((c, w) => c.run(roundHalf, w)), () => roundHalfOf(W)],
  [nameOf(gramProduct)]: [(c) => c.run(gramProduct, c.upload(square), rows, shape), () => gramProductOf(square, rows, shape)],
  [nameOf(adaround)]: [
    (c) => c.run(adaround, c.upload(square), choices, shape, learning),
    () => adaroundOf(square, choices, shape, learning),
  ],
  [nameOf(roundWithFeedback)]: [
    async (c) => {
      const { values, losses } = await c.run(roundWithFeedback, c.upload(rows), c.upload(square), shape, levels);
      return { values: await c.download(values), losses };
    },
    () => roundWithFeedbackOf(rows, square, shape, levels),
  ],
  [nameOf(errorSums)]: [
    async (c, w) => rounded(await c.run(errorSums, w, c.upload(noise(W.length, 8)))),
    // Sums of parts: the last digits of a sum from end to end differ.
    () => rounded(sumErrors(W, noise(W.length, 8))),
  ],
};
const RATIOS = Float32Array.of(1, 0.9, 0.8, 0.7);

/** Parts that threads were sent. */
let sent = 0;
const crews = [2, 3].map((size) =>
  createCrew((on) => {
    const thread = startNodeThread(on);
    const post = (message: ToThread): void => {
      sent++;
      thread.post(message);
    };
    return { ...thread, post };
  }, size),
);
afterAll(() => crews.forEach((crew) => crew.destroy()));

it.each(Object.entries(CASES))(
  '%s is the same on one, two and three threads, and what its reference gives',
  async (_name, [ask, known]) => {
    const expected = printed(await known());
    for (const compute of [createCpuCompute(), ...crews.map(createCpuCompute)]) {
      const w = compute.upload(W);
      const before = sent;
      expect(printed(await ask(compute, w))).toEqual(expected);
      if (compute.info.name !== 'CPU') expect(sent - before).toBeGreaterThan(1);
      w.destroy();
    }
  },
);

it('sums errors to the same bit on any number of threads', async () => {
  const sums = [createCpuCompute(), ...crews.map(createCpuCompute)].map((c) => c.run(errorSums, c.upload(W), c.upload(noise(W.length, 9))));
  const [alone, ...shared] = await Promise.all(sums);
  for (const sum of shared) expect(sum).toEqual(alone);
});

it('lists the task of every operation that has one, and has a case for it', () => {
  const names = OPERATIONS.flatMap((operation) => nameOf(operation) || []);
  expect(new Set(TASKS.map(({ name }) => name))).toEqual(new Set(names));
  expect(new Set(Object.keys(CASES))).toEqual(new Set(names));
});

/** With arrays as hashes of their bytes: of a million elements vitest takes ten seconds to tell that they are equal. */
function printed(value: unknown): unknown {
  if (ArrayBuffer.isView(value))
    return createHash('sha256')
      .update(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))
      .digest('hex');
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, printed(each)]));
}

function nameOf({ task }: Pick<Operation<never, unknown>, 'task'>): string {
  return task?.name ?? '';
}

function valuesOf(run: (compute: Compute, w: Handle) => Promise<Handle>): (compute: Compute, w: Handle) => Promise<unknown> {
  return async (compute, w) => compute.download(await run(compute, w));
}

function rounded({ signal, noise: lost }: { signal: number; noise: number }): [number, number] {
  return [Number(signal.toPrecision(12)), Number(lost.toPrecision(12))];
}
