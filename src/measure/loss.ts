import type { BudgetCache } from '../base/budget-cache';
import { argmax } from './accuracy';
import type { BeforeOutputs, SampleOutputs } from './before';
import { klDivergence, logProbabilities } from './divergence';
import type { Tally } from './evaluate';

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
}

/** What a change costs in a few figures: the cheap part of an evaluation, for scans of many settings over the same samples. */
export class LossTally implements Tally {
  private readonly known: BeforeOutputs;
  private readonly logs: BudgetCache<Float64Array>;
  private samples = 0;
  private labelled = 0;
  private scored = 0;
  private divergence = 0;
  private same = 0;
  private right = 0;
  private rightBefore = 0;
  private signal = 0;
  private noise = 0;

  /** @param logs the original's log probabilities by sample, shared by all tallies of a scan. */
  constructor(known: BeforeOutputs, logs: BudgetCache<Float64Array>) {
    this.known = known;
    this.logs = logs;
  }

  add(index: number, label: number | null, before: SampleOutputs, after: SampleOutputs): void {
    this.samples += 1;
    for (const [o, reference] of before.entries()) this.compare(reference, after[o] ?? new Float32Array());
    const [a, b] = [this.known.scoresOf(before), this.known.scoresOf(after)];
    if (!a || !b) return;
    this.scored += 1;
    const p = this.logs.get(index) ?? logProbabilities(a, this.known.probabilities);
    this.logs.add(index, p);
    this.divergence += klDivergence(p, logProbabilities(b, this.known.probabilities));
    const [answer, answerAfter] = [argmax(a), argmax(b)];
    if (answer === answerAfter) this.same += 1;
    if (label === null) return;
    this.labelled += 1;
    if (answer === label) this.rightBefore += 1;
    if (answerAfter === label) this.right += 1;
  }

  result(): LossFigures {
    return {
      kl: this.scored === 0 ? null : this.divergence / this.samples,
      sqnrDb: this.noise === 0 ? null : 10 * Math.log10(this.signal / this.noise),
      top1: percent(this.right, this.labelled),
      top1Before: percent(this.rightBefore, this.labelled),
      agreement: percent(this.same, this.scored),
    };
  }

  private compare(reference: Float32Array, other: Float32Array): void {
    for (let i = 0; i < reference.length; i++) {
      const a = reference[i] ?? 0;
      const b = other[i] ?? Number.NaN;
      if (Number.isFinite(a)) this.signal += a * a;
      if (a === b) continue;
      const d = a - b;
      this.noise += Number.isNaN(d) ? Infinity : d * d;
    }
  }
}

function percent(count: number, of: number): number | null {
  return of === 0 ? null : (count * 100) / of;
}
