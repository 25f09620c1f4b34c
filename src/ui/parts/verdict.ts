import { pairedRatio } from '../../base/stats';
import { speedWords } from '../../base/verdict';
import type { Latency } from '../../engine/protocol/index';

/** Two latencies of one measurement in words, from the ratios of runs that stood beside each other. */
export function latencyWords(before: Latency, after: Latency): string {
  return speedWords(pairedRatio(before, after));
}
