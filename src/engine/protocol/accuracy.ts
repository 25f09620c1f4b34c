/** Figures of an evaluation: original against recipe on the same samples. */
import type { Chance } from '../../base/chance-words';
import type { Recipe } from '../../recipe/types';
import type { Provider } from '../../runtime/types';

export type { Chance };

/** Both ends, in the unit of what it is of. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Percentages 0..100 with 95 % Wilson intervals. */
export interface Accuracy {
  readonly top1: number;
  readonly top1Interval: Interval;
  readonly top5: number;
  readonly top5Interval: Interval;
  readonly samples: number;
}

/** Outputs after against those before, on the same samples. */
export interface Agreement {
  /** Percent of samples whose top-1 answer is the original's; null where outputs are not class scores. */
  readonly top1: number | null;
  /** Samples whose top-1 answer is another; null as above. */
  readonly changed: number | null;
  /** Mean over samples, -1..1; 1 where both are all zero. */
  readonly cosine: number;
  /** Infinity is reported as null with maxAbs 0. */
  readonly sqnrDb: number | null;
  /** Largest absolute difference of a value, in the outputs' own unit. */
  readonly maxAbs: number;
  readonly samples: number;
}

/** Counts of samples of one class. */
export interface ClassAccuracy {
  readonly index: number;
  /** null where the data name no classes; so everywhere below. */
  readonly name: string | null;
  readonly samples: number;
  /** Samples of this class whose top-1 answer is right. */
  readonly before: number;
  readonly after: number;
  /** Of its samples, those right before alone, and those right after alone. */
  readonly worse: number;
  readonly better: number;
  /** Exact McNemar test of these two, corrected for the number of classes (Holm 1979), 0..1. */
  readonly p: number;
}

export interface NamedClass {
  /** From 0, in the order of the model's outputs. */
  readonly index: number;
  readonly name: string | null;
}

/** A wrong answer and how often each side gives it for samples of this label: full counts, whatever list it was taken for. */
export interface ConfusedPair {
  readonly label: NamedClass;
  readonly answer: NamedClass;
  readonly before: number;
  readonly after: number;
}

/** Samples that were answered with one class and are answered with another. */
export interface AnswerMove {
  readonly from: NamedClass;
  readonly to: NamedClass;
  readonly count: number;
}

/** Right to wrong, wrong to right, wrong to another wrong. */
export type ChangeKind = 'worse' | 'better' | 'both-wrong';

/** `confidence`: the answer's probability, 0..1 (softmax of the scores, unless they are probabilities already). */
export interface Answer extends NamedClass {
  readonly confidence: number;
}

/** A sample whose top-1 answer is another one after the recipe. */
export interface ChangedSample {
  /** Number of the sample in the data. */
  readonly sample: number;
  /** null without labels; `kind` too. */
  readonly label: NamedClass | null;
  readonly kind: ChangeKind | null;
  /** null where the scores hold NaN. */
  readonly before: Answer | null;
  readonly after: Answer | null;
}

/** Samples that are answered otherwise than before: counts, and the first of them. */
export interface ChangedSamples {
  readonly total: number;
  /** Of the total, by kind; 0 without labels. */
  readonly worse: number;
  readonly better: number;
  readonly bothWrong: number;
  /** The most frequent moves from class to class, at most 20. */
  readonly moves: readonly AnswerMove[];
  /** The first of them, at most 1,000 of each kind. */
  readonly listed: readonly ChangedSample[];
}

/** Accuracy after against before on the same samples. */
export interface PairedTest {
  readonly worse: number;
  readonly better: number;
  /** Two-sided mid-p value of McNemar's test (Fagerland et al. 2013). */
  readonly p: number;
  /** Top-1 after minus before, in points, with Newcombe's 95 % interval for paired shares (1998, method 10). */
  readonly difference: number;
  readonly interval: Interval;
}

/** One output of the model on both sides, over all samples. */
export interface OutputAgreement {
  readonly name: string;
  readonly cosine: number;
  /** As in Agreement. */
  readonly sqnrDb: number | null;
  readonly maxAbs: number;
  /** Mean over samples of D(before || after) of the class probabilities, in nats; null where the output holds no class scores. */
  readonly kl: number | null;
}

/** The opened file against the recipe's result, on the same inputs. */
export interface Evaluation {
  readonly recipe: Recipe;
  /** The written file's bytes, or the weights that the sliders make, on the live session: nothing is exported for that. */
  readonly of: 'file' | 'live';
  /** What the inputs are where they are made up, in words with their scale; null where they are the user's samples. */
  readonly madeUp: string | null;
  /** Where it ran: WASM in place of a software renderer, unless a backend was asked for. */
  readonly ep: Provider;
  readonly before: Accuracy | null;
  readonly after: Accuracy | null;
  readonly agreement: Agreement;
  /** Every output but text, in the model's order. */
  readonly outputs: readonly OutputAgreement[];
  /** Classes that have samples; null without labels, as are `confusion`, `paired` and `chance`. */
  readonly classes: readonly ClassAccuracy[] | null;
  /** The most frequent wrong answers of either side, at most 50 of each. */
  readonly confusion: readonly ConfusedPair[] | null;
  /** null where the outputs are no class scores. */
  readonly changed: ChangedSamples | null;
  readonly paired: PairedTest | null;
  /** null as above. */
  readonly chance: Chance | null;
  /** Samples for which some output holds NaN or infinity. */
  readonly nonFinite: { readonly before: number; readonly after: number };
}
