/**
 * One recipe among several that are tried on the same inputs: what it loses, whether that is ruin, and whether it is really better than
 * another.
 */
import { deviation, mean } from '../base/stats';
import type { SampleOutputs } from './before';
import { LossTally, type LossFigures } from './loss';

export interface TrialFigures extends LossFigures {
  readonly samples: number;
  /** Of each sample, in their order: its divergence in nats, or, where outputs are no class scores, the noise in its outputs. */
  readonly losses: readonly number[];
  /**
   * What a model would lose on average that gives every input the original's mean answer, in the unit of `losses`; null for a single
   * sample.
   */
  readonly ignorant: number | null;
}

/** As `LossTally`, and what is needed to judge one recipe of several. */
export class TrialTally extends LossTally {
  private readonly losses: number[] = [];
  /** Of the original: the sum of its class probabilities, or of its outputs. */
  private sums = new Float64Array();
  /** Sum of p ln p over classes and samples, or of the squares of the outputs. */
  private moments = 0;

  protected override seen(loss: number, before: SampleOutputs, p: Float64Array | null): void {
    this.losses.push(loss);
    const values = p ? [p] : before;
    const length = values.reduce((sum, vector) => sum + vector.length, 0);
    if (this.sums.length !== length) this.sums = new Float64Array(length);
    let at = 0;
    for (const vector of values) {
      for (let i = 0; i < vector.length; i++, at++) {
        const v = vector[i] ?? 0;
        const value = p ? Math.exp(v) : v;
        if (!Number.isFinite(v)) continue;
        this.sums[at] = (this.sums[at] ?? 0) + value;
        this.moments += p ? value * v : value * value;
      }
    }
  }

  override result(): TrialFigures {
    const figures = super.result();
    const samples = this.losses.length;
    return { ...figures, samples, losses: this.losses, ignorant: samples < 2 ? null : this.ignorant(figures.kl !== null, samples) };
  }

  /** Mean over samples of D(p || mean p), or of |x - mean x|^2. */
  private ignorant(classes: boolean, samples: number): number {
    let ofMean = 0;
    for (const sum of this.sums) {
      const average = sum / samples;
      ofMean += classes ? (average > 0 ? average * Math.log(average) : 0) : average * average;
    }
    return Math.max(0, this.moments / samples - ofMean);
  }
}

/** Share of the original's answers, in percent, that a recipe must keep to be of use; and, on made-up inputs, of its outputs' power. */
export const LEAST_KEPT = 50;

/**
 * Why what a recipe makes is of no use; null where it may be. It is ruin where the outputs hold NaN or infinity that the original's do not,
 * where fewer than half of the original's answers are kept, or where it loses as much as a model that gives every input the original's mean
 * answer, since then its answers follow the input no longer. On made-up inputs the original's own answers may hardly differ: there noise of
 * half the outputs' power takes the last one's place.
 */
export function ruinOf({ agreement, losses, ignorant, sqnrDb }: TrialFigures, madeUp: boolean): string | null {
  const loss = mean(losses);
  if (!Number.isFinite(loss)) return 'its outputs hold NaN or infinity';
  if (agreement !== null && agreement < LEAST_KEPT) return `it keeps fewer than ${LEAST_KEPT} % of the original's answers`;
  if (madeUp) return sqnrDb !== null && sqnrDb < -10 * Math.log10(1 - LEAST_KEPT / 100) ? 'half of its outputs is noise' : null;
  if (ignorant !== null && ignorant > 0 && loss >= ignorant) return 'its answers say no more of the input than the same answer for all';
  return null;
}

/** Standard errors beyond which a mean difference is one: 95 %. */
const BEYOND = 1.96;

/** Whether the first loses less than the second beyond what these samples can tell: by the mean of the differences sample by sample. */
export function losesLess(a: Pick<TrialFigures, 'losses'>, b: Pick<TrialFigures, 'losses'>): boolean {
  const differences = a.losses.map((loss, i) => loss - (b.losses[i] ?? 0));
  const difference = mean(differences);
  if (!(difference < 0)) return false;
  if (difference === -Infinity || differences.length < 2) return true;
  return -difference > (BEYOND * deviation(differences)) / Math.sqrt(differences.length);
}
