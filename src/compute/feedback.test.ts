import { type FeedbackLevels, type FeedbackShape, roundWithFeedback, roundWithFeedbackOf } from './operations/round-with-feedback';
import { expect, it } from 'vitest';
import { noise } from './testing/data';
import { describeMakers } from './testing/makers';
import type { Compute } from './types';

/** A factor of no meaning but of the right form: small below the diagonal, positive on it. */
function someFactor({ groups, columns }: FeedbackShape): Float32Array {
  const values = noise(groups * columns * columns);
  return values.map((v, at) => {
    const [i, j] = [Math.floor(at / columns) % columns, at % columns];
    return j > i ? 0 : j === i ? 0.5 + Math.abs(v) : v * 0.3;
  });
}

function gridLevels({ rows, columns }: FeedbackShape, blocks: number): FeedbackLevels {
  return {
    kind: 'grid',
    qMin: -4,
    qMax: 3,
    scales: Float32Array.from({ length: blocks * rows }, (_, i) => 0.2 + (i % 7) * 0.02),
    zeroPoints: Int32Array.from({ length: blocks * rows }, (_, i) => (i % 3) - 1),
    blockOf: Uint32Array.from({ length: columns }, (_, c) => Math.floor((c * blocks) / columns)),
  };
}

function bookLevels({ rows }: FeedbackShape, size: number): FeedbackLevels {
  const books = 3;
  return {
    kind: 'codebook',
    size,
    values: Float32Array.from({ length: books * size }, (_, i) => ((i % size) - size / 3) * (0.2 + 0.1 * Math.floor(i / size))),
    bookOf: Uint32Array.from({ length: rows }, (_, r) => r % books),
  };
}

const SHAPES: readonly FeedbackShape[] = [
  { groups: 1, rows: 1, columns: 1 },
  { groups: 1, rows: 65, columns: 9 },
  { groups: 4, rows: 4, columns: 9 },
  { groups: 2, rows: 6, columns: 33 },
];

it('is plain rounding where columns do not know of each other', () => {
  const w = Float32Array.of(0.24, -0.26, 9, -9);
  const levels: FeedbackLevels = {
    kind: 'grid',
    qMin: -2,
    qMax: 1,
    scales: Float32Array.of(0.5, 0.5),
    zeroPoints: Int32Array.of(0, 0),
    blockOf: Uint32Array.of(0, 0),
  };
  const { values, losses } = roundWithFeedbackOf(w, Float32Array.of(1, 0, 0, 2), { groups: 1, rows: 2, columns: 2 }, levels);
  expect([...values]).toEqual([0, -0.5, 0.5, -1]);
  expect(losses[0]).toBeCloseTo(0.24 ** 2 + (2 * 8.5) ** 2, 3);
});

it('a column makes up for the error of the one before it', () => {
  // Both columns see the same input: 0.4 + 0.4 is best held as 0 + 1.
  const levels: FeedbackLevels = {
    kind: 'grid',
    qMin: -2,
    qMax: 1,
    scales: Float32Array.of(1),
    zeroPoints: Int32Array.of(0),
    blockOf: Uint32Array.of(0, 0),
  };
  const { values } = roundWithFeedbackOf(
    Float32Array.of(0.4, 0.4),
    Float32Array.of(1, 0, 1, 1),
    { groups: 1, rows: 1, columns: 2 },
    levels,
  );
  expect([...values]).toEqual([0, 1]);
});

it('keeps pruned weights at zero, and makes up for what they leave', () => {
  const levels: FeedbackLevels = { kind: 'codebook', size: 3, values: Float32Array.of(-1, 0, 1), bookOf: Uint32Array.of(0) };
  const { values } = roundWithFeedbackOf(
    Float32Array.of(0.4, 0, 0.4),
    Float32Array.of(1, 0, 0, 1, 1, 0, 1, 1, 1),
    { groups: 1, rows: 1, columns: 3 },
    levels,
  );
  expect([...values]).toEqual([0, 0, 1]);
});

/**
 * Follows what a maker rounded to, weight by weight: by how much the worst choice is farther from what was wanted there than the nearest
 * level is (float32 may break ties otherwise than the oracle, and everything behind such a tie is another path), and the losses of these
 * choices.
 */
function followed(
  w: Float32Array,
  factor: Float32Array,
  { groups, rows, columns }: FeedbackShape,
  levels: FeedbackLevels,
  found: Float32Array,
): { farther: number; losses: number[] } {
  let farther = 0;
  const losses = Array.from({ length: rows }, (_, row) => {
    const group = Math.floor((row * groups) / rows) * columns * columns;
    const errors: number[] = [];
    let loss = 0;
    for (let i = 0; i < columns; i++) {
      const line = factor.subarray(group + i * columns);
      const [weight, chosen] = [w[i * rows + row] ?? 0, found[i * rows + row] ?? Number.NaN];
      const wanted = errors.reduce((sum, error, j) => sum + (line[j] ?? 0) * error, weight);
      const aim = weight === 0 ? 0 : wanted;
      const choices = levelsAt(levels, i, row, rows);
      expect(choices.some((level) => Math.abs(level - chosen) < 1e-6)).toBe(true);
      farther = Math.max(farther, Math.abs(aim - chosen) - Math.min(...choices.map((level) => Math.abs(aim - level))));
      errors.push(weight - chosen);
      loss += ((line[i] ?? 0) * (wanted - chosen)) ** 2;
    }
    return loss;
  });
  return { farther, losses };
}

function levelsAt(levels: FeedbackLevels, column: number, row: number, rows: number): number[] {
  if (levels.kind === 'codebook')
    return Array.from(levels.values.subarray((levels.bookOf[row] ?? 0) * levels.size).subarray(0, levels.size));
  const at = (levels.blockOf[column] ?? 0) * rows + row;
  return Array.from(
    { length: levels.qMax - levels.qMin + 1 },
    (_, k) => (levels.qMin + k - (levels.zeroPoints[at] ?? 0)) * (levels.scales[at] ?? 1),
  );
}

await describeMakers('rounding with feedback', (compute: Compute) => {
  for (const shape of SHAPES) {
    for (const levels of [gridLevels(shape, 1), gridLevels(shape, 3), bookLevels(shape, 2), bookLevels(shape, 16)]) {
      const of = levels.kind === 'grid' ? levels.scales.length / shape.rows : levels.size;
      it(`${shape.rows} rows of ${shape.columns} columns in ${shape.groups} groups, ${levels.kind} of ${of}`, async () => {
        const w = noise(shape.rows * shape.columns);
        for (let at = 0; at < w.length; at += 7) w[at] = 0;
        const factor = someFactor(shape);
        const handles = [compute.upload(w), compute.upload(factor)] as const;
        const { values, losses } = await compute.run(roundWithFeedback, ...handles, shape, levels);
        const found = await compute.download(values);
        const { farther, losses: wanted } = followed(w, factor, shape, levels, found);
        expect(farther).toBeLessThan(1e-5);
        for (const [row, loss] of wanted.entries()) expect(losses[row]).toBeCloseTo(loss, 4);
        for (const handle of [...handles, values]) handle.destroy();
      });
    }
  }
});
