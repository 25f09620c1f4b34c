import { argmax } from './accuracy';

export interface AgreementFigures {
  /** Percent of samples whose top-1 answer is the original's; null where outputs are not class scores. */
  readonly top1: number | null;
  /** Number of samples whose answer changed; null as above. */
  readonly changed: number | null;
  /** Mean over samples of the cosine between the original's outputs and the new ones; 1 where both are all zero. */
  readonly cosine: number;
  /** 10 log10(sum ref^2 / sum (ref - new)^2) over all samples; null where nothing differs. */
  readonly sqnrDb: number | null;
  /** Largest absolute difference of a value, in the outputs' own unit. */
  readonly maxAbs: number;
  readonly samples: number;
}

/** Compares a model's outputs with the original's sample by sample, in float64; memory does not grow with the samples. */
export class AgreementTally {
  private same = 0;
  private cosines = 0;
  private signal = 0;
  private noise = 0;
  private maxAbs = 0;
  private samples = 0;

  private readonly classScores: boolean;

  /** @param classScores whether the outputs are class scores, so that "the same answer" has a meaning. */
  constructor(classScores: boolean) {
    this.classScores = classScores;
  }

  /** One sample's outputs, all of them one after another; where they are class scores, exactly the scores. Equal lengths. */
  add(reference: ArrayLike<number>, other: ArrayLike<number>): void {
    let [dot, aa, bb, noise] = [0, 0, 0, 0];
    for (let i = 0; i < reference.length; i++) {
      const a = reference[i] ?? Number.NaN;
      const b = other[i] ?? Number.NaN;
      // Infinities (masked logits) that agree are no error; infinity - infinity would be NaN.
      const d = a === b || (Number.isNaN(a) && Number.isNaN(b)) ? 0 : Math.abs(a - b);
      const error = Number.isNaN(d) ? Infinity : d;
      noise += error * error;
      if (error > this.maxAbs) this.maxAbs = error;
      if (!Number.isFinite(a) || !Number.isFinite(b)) continue;
      dot += a * b;
      aa += a * a;
      bb += b * b;
    }
    this.signal += aa;
    this.noise += noise;
    this.cosines += aa === 0 && bb === 0 ? 1 : aa === 0 || bb === 0 ? 0 : dot / Math.sqrt(aa * bb);
    if (this.classScores && argmax(reference) === argmax(other)) this.same += 1;
    this.samples += 1;
  }

  result(): AgreementFigures {
    const n = Math.max(1, this.samples);
    return {
      top1: this.classScores ? (this.same * 100) / n : null,
      changed: this.classScores ? this.samples - this.same : null,
      cosine: this.cosines / n,
      sqnrDb: this.noise === 0 ? null : 10 * Math.log10(this.signal / this.noise),
      maxAbs: this.maxAbs,
      samples: this.samples,
    };
  }
}
