import { createBreath } from '../base/breath';
import type { Job } from '../base/job';
import { percentile } from '../base/stats';

/** Milliseconds of one inference over `runs` timed repeats. */
export interface LatencyFigures {
  readonly median: number;
  readonly p10: number;
  readonly p90: number;
  readonly runs: number;
  /** Each timed run in order, to a thousandth: outliers stay visible, and runs of two sides with the same index ran side by side. */
  readonly samples: readonly number[];
}

export interface LatencyOptions {
  /** Untimed runs of each side first: pipelines are compiled and caches filled there. */
  readonly warmup: number;
  /** Timed runs of each side, at least `minRuns`. */
  readonly runs: number;
  /** Beyond this time `minRuns` are enough. */
  readonly budgetMs: number;
  /** MIN_RUNS where absent. */
  readonly minRuns?: number;
  readonly now?: () => number;
}

/** Fewer runs give no percentiles worth showing. */
export const MIN_RUNS = 20;

export const LATENCY: LatencyOptions = { warmup: 3, runs: 50, budgetMs: 10_000 };

/**
 * Times several sides against each other. They take turns, and every other round goes backwards, so that heat, clock changes
 * and other work on the machine fall on all of them alike. A side is one whole inference including the output's way to main
 * memory. Throws what a side throws.
 */
export async function compareLatency(sides: readonly (() => Promise<unknown>)[], options: LatencyOptions, job: Job): Promise<LatencyFigures[]> {
  const { now = () => performance.now(), minRuns = MIN_RUNS } = options;
  const startedAt = Date.now();
  const total = (options.warmup + options.runs) * sides.length;
  const times = sides.map((): number[] => []);
  const begin = now();
  const breath = createBreath();
  let done = 0;
  for (let round = -options.warmup; round < options.runs; round++) {
    if (round >= minRuns && now() - begin > options.budgetMs) break;
    // One warm-up round compiles everything; more of them only settle clocks and caches, which a slow model does in its runs.
    if (round < 0 && now() - begin > options.budgetMs / 10) round = 0;
    const order = [...sides.entries()];
    if (round % 2 !== 0) order.reverse();
    for (const [i, side] of order) {
      await breath();
      job.signal.throwIfAborted();
      const from = now();
      await side();
      const time = now() - from;
      if (round >= 0) times[i]?.push(time);
      done += 1;
      job.onProgress({ stage: round < 0 ? 'Warming up' : 'Timing', done, total, startedAt });
    }
  }
  return times.map((t) => ({ median: percentile(t, 0.5), p10: percentile(t, 0.1), p90: percentile(t, 0.9), runs: t.length, samples: t.map(toMicroseconds) }));
}

function toMicroseconds(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
