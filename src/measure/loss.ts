import type { BudgetCache } from '../base/budget-cache';
import { argmax } from './accuracy';
import type { BeforeOutputs, SampleOutputs } from './before';
import { klDivergence, logProbabilities } from './divergence';
import type { Tally } from './evaluate';
import type { PairedCounts } from './paired';

export interface LossFigures {
  /** Mean over samples of D(before || after) in nats; null where the outputs are no class scores. */
  readonly kl: number | null;
  /** 10 log10(signal / noise) of all outputs together; null where nothing differs. */
  readonly sqnrDb: number | null;
  /** Percent right after; null without labels or class scores. */
  readonly top1: number | null;
  /** Percent right before; null as above. */
  readonly top1Before: number | null;
  /** Percent of samples with the same answer; null where the outputs are no class scores. */
  readonly agreement: number | null;
  /** Labelled samples by whether they were right before and after; null without labels or class scores. */
  readonly paired: PairedCounts | null;
}

/** What a change costs in a few figures: the cheap part of an evaluation, for scans of many settings over the same samples. */
export class LossTally implements Tally {
  protected readonly known: BeforeOutputs;
  private readonly logs: BudgetCache<Float64Array>;
  private samples = 0;
  private scored = 0;
  private divergence = 0;
  private same = 0;
  private readonly paired = { bothRight: 0, worse: 0, better: 0, bothWrong: 0 };
  private signal = 0;
  private noise = 0;

  /** @param logs the original's log probabilities by sample, shared by all tallies of a scan. */
  constructor(known: BeforeOutputs, logs: BudgetCache<Float64Array>) {
    this.known = known;
    this.logs = logs;
  }

  add(index: number, label: number | null, before: SampleOutputs, after: SampleOutputs): void {
    this.samples += 1;
    const noise = before.reduce((sum, reference, o) => sum + this.compare(reference, after[o] ?? new Float32Array()), 0);
    this.noise += noise;
    const [a, b] = [this.known.scoresOf(before), this.known.scoresOf(after)];
    if (!a || !b) return this.seen(noise, before, null);
    this.scored += 1;
    const p = this.logs.get(index) ?? logProbabilities(a, this.known.probabilities);
    this.logs.add(index, p);
    const divergence = klDivergence(p, logProbabilities(b, this.known.probabilities));
    this.divergence += divergence;
    this.seen(divergence, before, p);
    const [answer, answerAfter] = [argmax(a), argmax(b)];
    if (answer === answerAfter) this.same += 1;
    if (label === null) return;
    const side = answer === label ? (answerAfter === label ? 'bothRight' : 'worse') : answerAfter === label ? 'better' : 'bothWrong';
    this.paired[side] += 1;
  }

  /**
   * @param loss of this sample: its divergence, or the noise in its outputs. @param p the original's log probabilities, where they are
   * class scores.
   */
  protected seen(_loss: number, _before: SampleOutputs, _p: Float64Array | null): void {}

  result(): LossFigures {
    const { bothRight, worse, better, bothWrong } = this.paired;
    const labelled = bothWrong + better + worse + bothRight;
    return {
      kl: this.scored === 0 ? null : this.divergence / this.samples,
      sqnrDb: this.noise === 0 ? null : 10 * Math.log10(this.signal / this.noise),
      top1: percent(bothRight + better, labelled),
      top1Before: percent(bothRight + worse, labelled),
      agreement: percent(this.same, this.scored),
      paired: labelled === 0 ? null : { ...this.paired },
    };
  }

  /** The noise in one output. */
  private compare(reference: Float32Array, other: Float32Array): number {
    let noise = 0;
    for (let i = 0; i < reference.length; i++) {
      const a = reference[i] ?? 0;
      const b = other[i] ?? Number.NaN;
      if (Number.isFinite(a)) this.signal += a * a;
      if (a === b) continue;
      const d = a - b;
      noise += Number.isNaN(d) ? Infinity : d * d;
    }
    return noise;
  }
}

function percent(count: number, of: number): number | null {
  return of === 0 ? null : (count * 100) / of;
}
