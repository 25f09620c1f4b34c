import { expect, test } from 'vitest';
import { AgreementTally } from './agreement';

test('against the formulas by hand', () => {
  const t = new AgreementTally(true);
  t.add([3, 4], [4, 3]);
  t.add([1, 0], [1, 0]);
  const r = t.result();
  expect(r.top1).toBe(50);
  expect(r.changed).toBe(1);
  expect(r.cosine).toBeCloseTo((24 / 25 + 1) / 2, 14);
  expect(r.sqnrDb).toBeCloseTo(10 * Math.log10(26 / 2), 12);
  expect(r.maxAbs).toBe(1);
  expect(r.samples).toBe(2);
});

test('no difference: SQNR null; other outputs than scores: no top-1', () => {
  const t = new AgreementTally(false);
  t.add([0, 0, -Infinity], [0, 0, -Infinity]);
  expect(t.result()).toEqual({ top1: null, changed: null, cosine: 1, sqnrDb: null, maxAbs: 0, samples: 1 });
});

test('NaN in the new outputs is an infinite error and never the same answer', () => {
  const t = new AgreementTally(true);
  t.add([1, 2], [Number.NaN, 2]);
  expect(t.result()).toMatchObject({ top1: 0, changed: 1, maxAbs: Infinity, sqnrDb: -Infinity });
});
