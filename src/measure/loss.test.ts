import { expect, test } from 'vitest';
import { BudgetCache } from '../base/budget-cache';
import { lossOf } from '../base/heat';
import { BeforeOutputs } from './before';
import { EvaluationTally } from './evaluation';
import { LossTally } from './loss';

const scores = (...rows: number[][]) => ({ y: { type: 'float32', dims: [rows.length, 3], data: Float32Array.from(rows.flat()) } });
const map = (...values: number[]) => ({ y: { type: 'float32', dims: [1, 2, 2], data: Float32Array.from(values) } });

test('the cheap figures are those of the full evaluation', () => {
  const known = new BeforeOutputs();
  const before = known.learn(scores([3, 1, 0], [0, 1, 2], [1, 5, 2]), [4, 5, 6]);
  const after = known.split(scores([2, 2.5, 0], [0, 1.5, 2], [1, 4, 2]), 3);
  const [full, logs] = [new EvaluationTally(known), new BudgetCache<Float64Array>(1000)];
  for (const cheap of [new LossTally(known, logs), new LossTally(known, logs)]) {
    for (const [k, index] of [4, 5, 6].entries()) {
      full.add(index, k === 2 ? 0 : k * 2, before[k] ?? [], after[k] ?? []);
      cheap.add(index, k === 2 ? 0 : k * 2, before[k] ?? [], after[k] ?? []);
    }
    const [a, b] = [cheap.result(), full.result()];
    expect(a.kl).toBeCloseTo(b.outputs[0]?.kl ?? 0, 12);
    expect(a.sqnrDb).toBeCloseTo(b.agreement.sqnrDb ?? 0, 9);
    expect(a.agreement).toBeCloseTo(b.agreement.top1 ?? 0, 9);
    expect(a.top1).toBeCloseTo(b.after?.top1 ?? 0, 9);
    expect(a.top1Before).toBeCloseTo(b.before?.top1 ?? 0, 9);
    expect(lossOf(a)).toBe(a.kl);
  }
});

test('outputs that are no class scores are measured by their noise', () => {
  const known = new BeforeOutputs();
  const [before] = known.learn(map(3, 0, 4, 0), [0]);
  const tally = new LossTally(known, new BudgetCache<Float64Array>(1000));
  tally.add(0, null, before ?? [], known.split(map(3, 0.5, 4, 0), 1)[0] ?? []);
  const result = tally.result();
  expect(result).toMatchObject({ kl: null, top1: null, top1Before: null, agreement: null });
  expect(result.sqnrDb).toBeCloseTo(20, 9);
  expect(lossOf(result)).toBeCloseTo(0.01, 9);
  expect(lossOf({ kl: null, sqnrDb: null })).toBe(0);
});
