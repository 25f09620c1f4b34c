/**
 * Whether a loss of accuracy keeps to a limit, judged by its interval rather than by the figure that one set of samples happens to give.
 */
import { pairedDifference, type PairedCounts } from './paired';

export interface LimitJudgement {
  /** 'passed': the whole interval keeps to the limit. 'failed': none of it does. 'undecided': the samples cannot tell. */
  readonly verdict: 'passed' | 'failed' | 'undecided';
  /** Accuracy after minus before, in points, and its 95 % interval (Newcombe 1998, method 10). */
  readonly points: number;
  readonly interval: { readonly low: number; readonly high: number };
  /** Samples judged by. */
  readonly samples: number;
  /**
   * Samples that would decide it if they fell as these do; null where it is decided, or no number in reason would do: the loss is the limit
   * itself.
   */
  readonly needed: number | null;
}

/** More samples than this are not asked for. */
const MOST_SAMPLES = 1e8;

/**
 * Judges a loss of at most `points` points (0 or more). That the interval is two-sided makes it a test of non-inferiority at 2.5 %.
 * Throws `RangeError` without samples.
 */
export function judgeLoss(counts: PairedCounts, points: number): LimitJudgement {
  const { bothRight, worse, better, bothWrong } = counts;
  const samples = bothRight + worse + better + bothWrong;
  if (samples === 0) throw new RangeError('a judgement without samples');
  const { difference, low, high } = pairedDifference(counts);
  const verdict = verdictOf(low, high, points);
  return {
    verdict,
    points: 100 * difference,
    interval: { low: 100 * low, high: 100 * high },
    samples,
    needed: verdict === 'undecided' ? samplesNeeded(counts, samples, points) : null,
  };
}

function verdictOf(low: number, high: number, points: number): LimitJudgement['verdict'] {
  if (100 * low >= -points) return 'passed';
  return 100 * high < -points ? 'failed' : 'undecided';
}

/** The fewest samples, falling as these do, whose interval leaves the limit out: intervals narrow as samples grow, so by bisection. */
function samplesNeeded({ bothRight, worse, better, bothWrong }: PairedCounts, samples: number, points: number): number | null {
  const decides = (n: number): boolean => {
    const scale = n / samples;
    const { low, high } = pairedDifference({
      bothRight: bothRight * scale,
      worse: worse * scale,
      better: better * scale,
      bothWrong: bothWrong * scale,
    });
    return verdictOf(low, high, points) !== 'undecided';
  };
  let [few, many] = [samples, 2 * samples];
  while (!decides(many)) {
    if (many > MOST_SAMPLES) return null;
    [few, many] = [many, 2 * many];
  }
  while (many - few > 1) {
    const middle = Math.floor((few + many) / 2);
    if (decides(middle)) many = middle;
    else few = middle;
  }
  return many;
}
