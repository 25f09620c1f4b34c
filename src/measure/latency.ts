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
  /** Warm-up goes on until no side has become faster for this long; 0 where absent. */
  readonly settleMs?: number;
  readonly now?: () => number;
}

/** Fewer runs give no percentiles worth showing. */
export const MIN_RUNS = 20;

export const LATENCY: LatencyOptions = { warmup: 3, runs: 50, budgetMs: 10_000 };

/**
 * WebAssembly starts on code from a quick compiler, and functions that run often get better code from a slow one in the background: integer kernels of
 * onnxruntime-web were seen to take 7 ms a run for three seconds, and 0.9 ms from then on.
 */
export const WASM_SETTLE_MS = 4000;
/** Runs of one side are looked at together over this time. */
const WINDOW_MS = 500;
/** What counts as faster. */
const GAIN = 0.85;
/** Settling ends at this many times its length, whatever is seen. */
const MOST_SETTLING = 4;

/**
 * Times several sides against each other. They take turns, and every other round goes backwards, so that heat, clock changes
 * and other work on the machine fall on all of them alike. A side is one whole inference including the output's way to main
 * memory. Throws what a side throws.
 */
export async function compareLatency(sides: readonly (() => Promise<unknown>)[], options: LatencyOptions, job: Job): Promise<LatencyFigures[]> {
  const { now = () => performance.now(), minRuns = MIN_RUNS, settleMs = 0 } = options;
  const startedAt = Date.now();
  const total = (options.warmup + options.runs) * sides.length;
  const begin = now();
  const breath = createBreath();
  let rounds = 0;
  /** Runs every side once, and gives each one's time. */
  const turn = async (stage: string, done: number): Promise<number[]> => {
    const times: number[] = [];
    const order = [...sides.entries()];
    if (rounds++ % 2 !== 0) order.reverse();
    for (const [i, side] of order) {
      await breath();
      job.signal.throwIfAborted();
      const from = now();
      await side();
      times[i] = now() - from;
      job.onProgress({ stage, done: done * sides.length, total, startedAt });
    }
    return times;
  };
  for (let round = 0; round < options.warmup; round++) {
    // One warm-up round compiles everything; more of them only settle clocks and caches, which a slow model does in its runs.
    if (round > 0 && now() - begin > options.budgetMs / 10) break;
    await turn('Warming up', round + 1);
  }
  if (settleMs > 0) await settle(() => turn('Warming up', options.warmup), settleMs, now);
  const timed: number[][] = [];
  const from = now();
  while (timed.length < options.runs && (timed.length < minRuns || now() - from <= options.budgetMs)) timed.push(await turn('Timing', options.warmup + timed.length + 1));
  return sides.map((_, i) => {
    const times = timed.map((each) => each[i] ?? Number.NaN);
    return { median: percentile(times, 0.5), p10: percentile(times, 0.1), p90: percentile(times, 0.9), runs: times.length, samples: times.map(toMicroseconds) };
  });
}

async function settle(turn: () => Promise<number[]>, quietMs: number, now: () => number): Promise<void> {
  const begin = now();
  let lastGain = begin;
  const best: number[] = [];
  while (now() - lastGain < quietMs && now() - begin < MOST_SETTLING * quietMs) {
    const window: number[][] = [];
    const from = now();
    while (window.length === 0 || now() - from < WINDOW_MS) window.push(await turn());
    const medians = (window[0] ?? []).map((_, i) => percentile(window.map((times) => times[i] ?? Number.NaN), 0.5));
    for (const [i, time] of medians.entries()) {
      if (time >= GAIN * (best[i] ?? Infinity)) continue;
      if (best[i] !== undefined) lastGain = now();
      best[i] = time;
    }
  }
}

function toMicroseconds(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
