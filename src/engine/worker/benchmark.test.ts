import type { MatmulTiming } from '../../compute/operations/time-matmul';
import { expect, test } from 'vitest';
import { merge } from './benchmark';

const timing = (median: number, p10: number, p90: number): MatmulTiming => ({
  kind: 'f32',
  size: 8,
  gops: { median, p10, p90, runs: 8 },
  clock: 'queue',
  reason: '',
});

test('rounds become one figure with the widest spread', () => {
  expect(merge([timing(10, 8, 12), timing(30, 25, 31), timing(11, 9, 13)])).toEqual([
    { ...timing(11, 8, 31), gops: { median: 11, p10: 8, p90: 31, runs: 24 } },
  ]);
  const cannot: MatmulTiming = { kind: 'f16', size: 8, gops: null, clock: 'queue', reason: 'no shader-f16' };
  expect(merge([cannot, cannot])).toEqual([cannot]);
});
