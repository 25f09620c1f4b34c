import { createYielder } from '../base/yielder';
import type { Job } from '../base/job';
import { percentile } from '../base/stats';

/** Milliseconds of one inference over `runs` timings. */
export interface LatencyFigures {
  readonly median: number;
  readonly p10: number;
  readonly p90: number;
  readonly runs: number;
  /** Inferences in a row that each timing is the mean of: more than one where the clock is too coarse for a single one. */
  readonly repeats: number;
  /** Each timing in order, to six figures: outliers stay visible, and timings of two sides with the same index stood side by side. */
  readonly samples: readonly number[];
}

export interface LatencyOptions {
  /** Untimed runs of each side first: pipelines are compiled and caches filled there. */
  readonly warmup: number;
  /** Timings of each side, at least `minRuns`. */
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

/** Runs of one side are looked at together over this time. */
const WINDOW_MS = 500;
/** What counts as faster. */
const GAIN = 0.85;
/** Settling ends at this many times its length, whatever is seen. */
const MOST_SETTLING = 4;

/** The clock's step may be this part of a timing at most. */
const STEP_PART = 0.01;

/**
 * Times several sides against each other. They take turns, and every other round goes backwards, so that heat, clock changes
 * and other work on the machine fall on all of them alike. A side is one whole inference including the output's way to main
 * memory. Browsers let their clocks go in steps (Firefox 20 us and more, Chrome 5 or 100 us): a side runs as often in a row as it takes for
 * the step to be under 1 % of what is timed, unless that would go beyond the budget. Throws what a side throws.
 */
export async function compareLatency(
  sides: readonly (() => Promise<unknown>)[],
  options: LatencyOptions,
  job: Job,
): Promise<LatencyFigures[]> {
  const { now = () => performance.now(), minRuns = MIN_RUNS, settleMs = 0 } = options;
  const startedAt = Date.now();
  const total = (options.warmup + options.runs) * sides.length;
  const begin = now();
  const yieldTurn = createYielder();
  const step = clockStep(now);
  const meanTime = async (side: () => Promise<unknown>, times: number): Promise<number> => {
    const from = now();
    for (let run = 0; run < times; run++) {
      job.signal.throwIfAborted();
      await side();
    }
    return (now() - from) / times;
  };
  /** A timing may last so long, if the fewest of them are to fit the budget. */
  const longest = options.budgetMs / (minRuns * sides.length);
  const repeats = sides.map(() => 1);
  let rounds = 0;
  /** Runs every side as often as it is repeated, and gives the time of one run of each. */
  const turn = async (stage: string, done: number): Promise<number[]> => {
    const times: number[] = [];
    const order = [...sides.entries()];
    if (rounds++ % 2 !== 0) order.reverse();
    for (const [i, side] of order) {
      await yieldTurn();
      job.signal.throwIfAborted();
      times[i] = await meanTime(side, repeats[i] ?? 1);
      job.onProgress({ stage, done: done * sides.length, total, startedAt });
    }
    return times;
  };
  let warm: number[] = [];
  for (let round = 0; round < options.warmup; round++) {
    // One warm-up round compiles everything; more of them only settle clocks and caches, which a slow model does in its runs.
    if (round > 0 && now() - begin > options.budgetMs / 10) break;
    warm = await turn('Warming up', round + 1);
  }
  if (settleMs > 0) warm = await settle(() => turn('Warming up', options.warmup), settleMs, now);
  for (const [i, side] of sides.entries()) repeats[i] = await repeatsFor((times) => meanTime(side, times), warm[i] ?? 0, step, longest);
  const timed: number[][] = [];
  const from = now();
  while (timed.length < options.runs && (timed.length < minRuns || now() - from <= options.budgetMs))
    timed.push(await turn('Timing', options.warmup + timed.length + 1));
  return sides.map((_, i) => {
    const times = timed.map((each) => each[i] ?? Number.NaN);
    return {
      median: percentile(times, 0.5),
      p10: percentile(times, 0.1),
      p90: percentile(times, 0.9),
      runs: times.length,
      repeats: repeats[i] ?? 1,
      samples: times.map(toSixFigures),
    };
  });
}

/** Turns until no side has become faster for `quietMs`; the times of one run at the end. */
async function settle(turn: () => Promise<number[]>, quietMs: number, now: () => number): Promise<number[]> {
  const begin = now();
  let lastGain = begin;
  const best: number[] = [];
  while (now() - lastGain < quietMs && now() - begin < MOST_SETTLING * quietMs) {
    const window: number[][] = [];
    const from = now();
    while (window.length === 0 || now() - from < WINDOW_MS) window.push(await turn());
    const medians = (window[0] ?? []).map((_, i) =>
      percentile(
        window.map((times) => times[i] ?? Number.NaN),
        0.5,
      ),
    );
    for (const [i, time] of medians.entries()) {
      if (time >= GAIN * (best[i] ?? Infinity)) continue;
      if (best[i] !== undefined) lastGain = now();
      best[i] = time;
    }
  }
  return best;
}

function toSixFigures(ms: number): number {
  return Number(ms.toPrecision(6));
}

/** Advances that are watched, and readings after which a clock is given up that stands still. */
const ADVANCES = 5;
const READINGS = 200_000;
/** No model's run is so short that it needs more. */
const MOST_REPEATS = 10_000;

/** The step in which a clock goes (milliseconds): the median of a few, since a browser may blur single ones. 0 where none could be seen. */
export function clockStep(now: () => number): number {
  const steps: number[] = [];
  let last = now();
  for (let reading = 0; reading < READINGS && steps.length < ADVANCES; reading++) {
    const next = now();
    if (next !== last) steps.push(next - last);
    last = next;
  }
  return steps.length < ADVANCES ? 0 : percentile(steps, 0.5);
}

/** How often a side must run in a row; `timed` gives the time of one of so many runs, `about` what one was seen to take. */
async function repeatsFor(timed: (repeats: number) => Promise<number>, about: number, step: number, longest: number): Promise<number> {
  const wanted = Math.min(step / STEP_PART, longest);
  let repeats = 1;
  let total = about;
  // A single run may be shorter than the clock's step: the count grows until what is timed is long enough to be divided.
  while (total < wanted && repeats < MOST_REPEATS) {
    repeats = Math.min(MOST_REPEATS, Math.ceil(repeats * Math.min(10, Math.max(1.1, (1.1 * wanted) / Math.max(total, step)))));
    total = (await timed(repeats)) * repeats;
  }
  return repeats;
}
