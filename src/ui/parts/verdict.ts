import type { Latency } from '../../engine/protocol/index';

/** Two latencies in words; where the spreads overlap there is no difference to speak of. */
export function verdictOf(before: Latency, after: Latency): string {
  if (after.p10 <= before.p90 && before.p10 <= after.p90) return 'no measurable change';
  return after.median < before.median ? `${(before.median / after.median).toFixed(2)}× faster` : `${(after.median / before.median).toFixed(2)}× slower`;
}
