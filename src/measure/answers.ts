/** What a classifier answers before and after, sample by sample: who changed, which classes suffer, what is taken for what. */
import { argmax } from './accuracy';
import { pairedFigures, type PairedFigures } from './paired';

export interface ClassFigures {
  readonly index: number;
  readonly samples: number;
  /** Samples of this class whose top-1 answer is right. */
  readonly before: number;
  readonly after: number;
}

/** A wrong answer and how often it is given for this label. */
export interface ConfusedPair {
  readonly label: number;
  readonly answer: number;
  readonly count: number;
}

export interface AnswerFigures {
  readonly index: number;
  /** Probability of the answer, 0..1. */
  readonly confidence: number;
}

/** Right to wrong, wrong to right, wrong to another wrong. */
export type ChangeKind = 'worse' | 'better' | 'both-wrong';

export interface ChangedFigures {
  /** Number of the sample in the data. */
  readonly sample: number;
  /** null without labels; `kind` too. */
  readonly label: number | null;
  readonly kind: ChangeKind | null;
  /** null where the scores hold NaN. */
  readonly before: AnswerFigures | null;
  readonly after: AnswerFigures | null;
}

export interface AnswersFigures {
  /** Classes that have samples, by index; null without labels, as are `confusion` and `paired`. */
  readonly classes: readonly ClassFigures[] | null;
  /** The most frequent wrong answers of either side, at most CONFUSED. */
  readonly confusion: { readonly before: readonly ConfusedPair[]; readonly after: readonly ConfusedPair[] } | null;
  readonly changed: {
    readonly total: number;
    /** By kind; 0 without labels. */
    readonly worse: number;
    readonly better: number;
    readonly bothWrong: number;
    /** The first of them, at most LISTED. */
    readonly listed: readonly ChangedFigures[];
  };
  readonly paired: PairedFigures | null;
}

/** Bounds of what is listed, so that a result costs the same for any number of samples. */
const LISTED = 1000;
const CONFUSED = 50;

/** Scores of one sample as log probabilities. */
type Log = Float64Array;

export class AnswerTally {
  private readonly perClass = new Map<number, { readonly index: number; samples: number; before: number; after: number }>();
  private readonly wrong = { before: new Map<number, number>(), after: new Map<number, number>() };
  private readonly listed: ChangedFigures[] = [];
  private readonly counts = { total: 0, worse: 0, better: 0, bothWrong: 0 };
  private bothRight = 0;
  private stayedWrong = 0;
  private classes = 0;

  /** One sample: its number in the data, its label where there is one, and both sides' log probabilities. */
  add(sample: number, label: number | null, before: Log, after: Log): void {
    this.classes = Math.max(this.classes, before.length);
    const [a, b] = [argmax(before), argmax(after)];
    if (label !== null) this.score(label, a, b);
    if (a === b) return;
    const kind = label === null ? null : a === label ? 'worse' : b === label ? 'better' : 'both-wrong';
    this.counts.total += 1;
    if (kind === 'worse') this.counts.worse += 1;
    if (kind === 'better') this.counts.better += 1;
    if (kind === 'both-wrong') this.counts.bothWrong += 1;
    if (this.listed.length < LISTED) this.listed.push({ sample, label, kind, before: answer(before, a), after: answer(after, b) });
  }

  result(): AnswersFigures {
    const { worse, better, bothWrong } = this.counts;
    const labelled = this.perClass.size > 0;
    return {
      classes: labelled ? [...this.perClass.values()].toSorted((x, y) => x.index - y.index) : null,
      confusion: labelled ? { before: this.confused(this.wrong.before), after: this.confused(this.wrong.after) } : null,
      changed: { ...this.counts, listed: [...this.listed] },
      paired: labelled ? pairedFigures({ bothRight: this.bothRight, worse, better, bothWrong: this.stayedWrong + bothWrong }) : null,
    };
  }

  private score(label: number, before: number, after: number): void {
    const figures = this.perClass.get(label) ?? { index: label, samples: 0, before: 0, after: 0 };
    figures.samples += 1;
    if (before === label) figures.before += 1;
    if (after === label) figures.after += 1;
    this.perClass.set(label, figures);
    if (before === after && before === label) this.bothRight += 1;
    if (before === after && before !== label) this.stayedWrong += 1;
    if (before !== label && before >= 0) bump(this.wrong.before, label * this.classes + before);
    if (after !== label && after >= 0) bump(this.wrong.after, label * this.classes + after);
  }

  private confused(wrong: ReadonlyMap<number, number>): ConfusedPair[] {
    const frequent = [...wrong].toSorted(([ka, na], [kb, nb]) => nb - na || ka - kb).slice(0, CONFUSED);
    return frequent.map(([key, count]) => ({ label: Math.floor(key / this.classes), answer: key % this.classes, count }));
  }
}

function answer(log: Log, index: number): AnswerFigures | null {
  const own = log[index];
  return own === undefined ? null : { index, confidence: Math.exp(own) };
}

function bump(counts: Map<number, number>, key: number): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
