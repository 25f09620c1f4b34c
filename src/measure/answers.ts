/** What a classifier answers before and after, sample by sample: who changed, which classes suffer, what is taken for what. */
import { argmax } from './accuracy';
import { ChanceTally, type ChanceFigures } from './chance';
import { holm, mcnemarExact, pairedFigures, type PairedFigures } from './paired';

export interface ClassFigures {
  readonly index: number;
  readonly samples: number;
  /** Samples of this class whose top-1 answer is right. */
  readonly before: number;
  readonly after: number;
  /** Of its samples, those right before alone, and those right after alone. */
  readonly worse: number;
  readonly better: number;
  /** Exact McNemar test of these two, corrected for the number of classes (Holm), 0..1. */
  readonly p: number;
}

/** A wrong answer and how often each side gives it for this label. */
export interface ConfusedPair {
  readonly label: number;
  readonly answer: number;
  readonly before: number;
  readonly after: number;
}

/** Samples that were answered with one class and are answered with another. */
export interface AnswerMove {
  readonly from: number;
  readonly to: number;
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
  /** The most frequent wrong answers of either side, at most CONFUSED of each, both counts in full. */
  readonly confusion: readonly ConfusedPair[] | null;
  readonly changed: {
    readonly total: number;
    /** By kind; 0 without labels. */
    readonly worse: number;
    readonly better: number;
    readonly bothWrong: number;
    /** The most frequent moves from class to class, at most MOVES; those from or to NaN are none. */
    readonly moves: readonly AnswerMove[];
    /** The first of them, at most LISTED of each kind. */
    readonly listed: readonly ChangedFigures[];
  };
  readonly paired: PairedFigures | null;
  /** The original's hits against chance; null without labels. */
  readonly chance: ChanceFigures | null;
}

/** Bounds of what is listed, so that a result costs the same for any number of samples. */
const LISTED = 1000;
const CONFUSED = 50;
const MOVES = 20;

/** Scores of one sample as log probabilities. */
type Log = Float64Array;

export class AnswerTally {
  private readonly perClass = new Map<
    number,
    { readonly index: number; samples: number; before: number; after: number; worse: number; better: number }
  >();
  private readonly wrong = { before: new Map<number, number>(), after: new Map<number, number>() };
  /** Counts of moves by `from * classes + to`. */
  private readonly moved = new Map<number, number>();
  private readonly listed: ChangedFigures[] = [];
  private readonly counts = { total: 0, worse: 0, better: 0, bothWrong: 0 };
  private readonly chance = new ChanceTally();
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
    if (a >= 0 && b >= 0) bump(this.moved, a * this.classes + b);
    const ofKind =
      kind === 'worse'
        ? this.counts.worse
        : kind === 'better'
          ? this.counts.better
          : kind === 'both-wrong'
            ? this.counts.bothWrong
            : this.counts.total;
    if (ofKind <= LISTED) this.listed.push({ sample, label, kind, before: answer(before, a), after: answer(after, b) });
  }

  result(): AnswersFigures {
    const { worse, better, bothWrong } = this.counts;
    const labelled = this.perClass.size > 0;
    return {
      classes: labelled ? tested([...this.perClass.values()].toSorted((x, y) => x.index - y.index)) : null,
      confusion: labelled ? this.confused() : null,
      changed: {
        ...this.counts,
        moves: this.most(this.moved, MOVES).map(({ first, second, count }) => ({ from: first, to: second, count })),
        listed: [...this.listed],
      },
      paired: labelled ? pairedFigures({ bothRight: this.bothRight, worse, better, bothWrong: this.stayedWrong + bothWrong }) : null,
      chance: labelled ? this.chance.result(this.classes) : null,
    };
  }

  private score(label: number, before: number, after: number): void {
    const figures = this.perClass.get(label) ?? { index: label, samples: 0, before: 0, after: 0, worse: 0, better: 0 };
    this.chance.add(label, before);
    figures.samples += 1;
    if (before === label) figures.before += 1;
    if (after === label) figures.after += 1;
    if (before === label && after !== label) figures.worse += 1;
    if (before !== label && after === label) figures.better += 1;
    this.perClass.set(label, figures);
    if (before === after && before === label) this.bothRight += 1;
    if (before === after && before !== label) this.stayedWrong += 1;
    if (before !== label && before >= 0) bump(this.wrong.before, label * this.classes + before);
    if (after !== label && after >= 0) bump(this.wrong.after, label * this.classes + after);
  }

  /** A pair that is frequent on one side has its count on the other too, however rare: a cut list would read as 0. */
  private confused(): ConfusedPair[] {
    const { before, after } = this.wrong;
    const pairs = [...this.most(before, CONFUSED), ...this.most(after, CONFUSED)];
    return [...new Map(pairs.map((pair) => [pair.key, pair])).values()].map(({ key, first, second }) => ({
      label: first,
      answer: second,
      before: before.get(key) ?? 0,
      after: after.get(key) ?? 0,
    }));
  }

  /** The largest counts of pairs of classes, of equal ones the lower classes. */
  private most(
    counts: ReadonlyMap<number, number>,
    length: number,
  ): { readonly key: number; readonly first: number; readonly second: number; readonly count: number }[] {
    const frequent = [...counts].toSorted(([ka, na], [kb, nb]) => nb - na || ka - kb).slice(0, length);
    return frequent.map(([key, count]) => ({ key, first: Math.floor(key / this.classes), second: key % this.classes, count }));
  }
}

function tested(classes: readonly Omit<ClassFigures, 'p'>[]): ClassFigures[] {
  const ps = holm(classes.map(({ worse, better }) => mcnemarExact(worse, better)));
  return classes.map((figures, i) => ({ ...figures, p: ps[i] ?? 1 }));
}

function answer(log: Log, index: number): AnswerFigures | null {
  const own = log[index];
  return own === undefined ? null : { index, confidence: Math.exp(own) };
}

function bump(counts: Map<number, number>, key: number): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
