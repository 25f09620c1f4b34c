import { percentile } from '../base/stats';
import type { MatmulKind, MatmulTiming } from './types';

/** GOPS of repeats of a size^3 product (two operations a multiply-add) from each repeat's milliseconds. */
export function matmulTiming(kind: MatmulKind, size: number, clock: MatmulTiming['clock'], milliseconds: readonly number[]): MatmulTiming {
  const rates = milliseconds.map((ms) => (2 * size ** 3) / (ms * 1e6));
  const gops = { median: percentile(rates, 0.5), p10: percentile(rates, 0.1), p90: percentile(rates, 0.9), runs: rates.length };
  return { kind, size, gops, clock, reason: '' };
}

export function notTimed(kind: MatmulKind, size: number, clock: MatmulTiming['clock'], reason: string): MatmulTiming {
  return { kind, size, gops: null, clock, reason };
}
