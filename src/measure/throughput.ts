import { WhittleError } from '../base/errors';
import type { Job } from '../base/job';
import { compareLatency, type LatencyFigures } from './latency';

/** Samples a second at one batch size. */
export interface RateFigures {
  readonly median: number;
  readonly p10: number;
  readonly p90: number;
  readonly runs: number;
}

export interface BatchRates {
  readonly batch: number;
  /** One for each side, in their order. */
  readonly rates: readonly RateFigures[];
}

export interface ThroughputOptions {
  /** Largest batch that is tried. */
  readonly maxBatch: number;
  /** No further batch is begun beyond this time. */
  readonly budgetMs: number;
  /** As in `LatencyOptions`, at the first batch: the kernels are the same at others. */
  readonly settleMs?: number;
  readonly now?: () => number;
}

/** Runs of each side at each batch size: a large batch is long, and its time varies little. */
const RUNS = { warmup: 1, runs: 20, minRuns: 5 } as const;
/** Part of the budget that one batch size may use before it falls back to the fewest runs. */
const SHARE = 8;

/**
 * Rates at batches of 1, 2, 4, ... for several sides that take turns. Ends at `maxBatch`, at the budget, or where a side cannot run
 * a batch (the graph is made for fewer samples, or memory is short); `ended` says which in words. Throws what batch 1 throws.
 * @param sidesOf one whole inference of `batch` samples for each side.
 */
export async function throughputByBatch(
  sidesOf: (batch: number) => readonly (() => Promise<unknown>)[],
  options: ThroughputOptions,
  job: Job,
): Promise<{ batches: BatchRates[]; ended: string }> {
  const { now = () => performance.now() } = options;
  const begin = now();
  const batches: BatchRates[] = [];
  for (let batch = 1; batch <= options.maxBatch; batch *= 2) {
    if (now() - begin > options.budgetMs) return { batches, ended: `Stopped before a batch of ${batch}: the time was used up.` };
    const named: Job = { signal: job.signal, onProgress: (p) => job.onProgress({ ...p, stage: `${p.stage} a batch of ${batch}` }) };
    try {
      const figures = await compareLatency(
        sidesOf(batch),
        { ...RUNS, budgetMs: options.budgetMs / SHARE, settleMs: batch === 1 ? (options.settleMs ?? 0) : 0, now },
        named,
      );
      batches.push({ batch, rates: figures.map((f) => rateOf(batch, f)) });
    } catch (error) {
      if (batch > 1 && isLimit(error)) return { batches, ended: `A batch of ${batch} cannot be run: ${error.message}` };
      throw error;
    }
  }
  return { batches, ended: `The largest batch tried is ${batches.at(-1)?.batch ?? 0}.` };
}

/** A slow run is a low rate: the percentiles change places. */
function rateOf(batch: number, { median, p10, p90, runs }: LatencyFigures): RateFigures {
  const rate = (ms: number): number => (1000 * batch) / ms;
  return { median: rate(median), p10: rate(p90), p90: rate(p10), runs };
}

function isLimit(error: unknown): error is WhittleError {
  return error instanceof WhittleError && (error.code === 'runtime-failed' || error.code === 'out-of-memory');
}
