import { ChanceTally, type ChanceFigures } from './chance';
import { mcnemarMidP } from './paired';

/** Evidence at which a trial that is behind is not followed any further: one in two hundred such would be ahead. */
const HOPELESS = 0.005;
/** Evidence at which two trials are told apart in the ranking; else the loss, which uses every score, decides. */
const TELLING = 0.05;
/** Evidence at which a trial takes another's place unasked. */
const CLEAR = 0.01;

/** One way to prepare the samples, as far as it has been tried, with the label offset that suits it best. */
export interface Trial {
  readonly offset: number;
  /** By sample, in the order they were run: whether the model's answer was the label. */
  readonly right: readonly boolean[];
  /** Mean -ln p of the label's class, in nats. */
  readonly loss: number;
  readonly chance: ChanceFigures;
}

/** Tallies one way to prepare the samples for all offsets at once: one prediction serves them all. */
export class TrialTally {
  private readonly offsets: readonly OffsetTally[];
  private readonly classes: number;

  /** @param offsets those that leave every label among the model's classes; the first wins a tie. */
  constructor(offsets: readonly number[], classes: number) {
    this.offsets = offsets.map((offset) => ({ offset, right: [], loss: 0, chance: new ChanceTally() }));
    this.classes = classes;
  }

  /** @param answer class of the largest score. @param logs log probabilities of the classes. @param label without an offset. */
  add(answer: number, logs: Float64Array, label: number): void {
    for (const each of this.offsets) {
      const wanted = label + each.offset;
      each.right.push(answer === wanted);
      each.chance.add(wanted, answer);
      const log = logs[wanted] ?? Number.NaN;
      each.loss += Number.isNaN(log) ? Infinity : -log;
    }
  }

  /** @param tries how many trials this is the best of. */
  best(tries = 1): Trial {
    const [best] = this.offsets.toSorted((a, b) => hits(b.right) - hits(a.right) || a.loss - b.loss);
    return this.trial(best, tries);
  }

  /** As tried with one offset; null where it leaves a label without a class. */
  at(offset: number): Trial | null {
    const found = this.offsets.find((each) => each.offset === offset);
    return found === undefined ? null : this.trial(found, 1);
  }

  private trial(tally: OffsetTally | undefined, tries: number): Trial {
    const { offset, right, loss, chance } = tally ?? { offset: 0, right: [], loss: 0, chance: new ChanceTally() };
    return { offset, right, loss: right.length === 0 ? Infinity : loss / right.length, chance: chance.result(this.classes, tries) };
  }
}

interface OffsetTally {
  readonly offset: number;
  readonly right: boolean[];
  loss: number;
  readonly chance: ChanceTally;
}

/** How many answers are right. */
export function hits(right: readonly boolean[]): number {
  return right.reduce((n, r) => (r ? n + 1 : n), 0);
}

/**
 * Best first: those tried on the most samples, by accuracy; where the samples cannot tell a trial from the best (McNemar's test), the
 * smaller loss goes first.
 */
export function ranked<T extends { readonly trial: Trial }>(tried: readonly T[]): readonly T[] {
  const most = Math.max(0, ...tried.map(({ trial }) => trial.right.length));
  const byHits = tried.toSorted(
    (a, b) => b.trial.right.length - a.trial.right.length || hits(b.trial.right) - hits(a.trial.right) || a.trial.loss - b.trial.loss,
  );
  const [top] = byHits;
  if (!top) return [];
  const level = byHits.filter(({ trial }) => trial.right.length === most && behind(trial, top.trial) >= TELLING);
  const rest = byHits.filter((one) => !level.includes(one));
  return [...level.toSorted((a, b) => a.trial.loss - b.trial.loss), ...rest];
}

/** Whether a trial is so far behind the best that it need not be followed. */
export function isHopeless(trial: Trial, best: Trial): boolean {
  return hits(trial.right) < hits(best.right) && behind(trial, best) < HOPELESS;
}

/** Whether the samples tell the trial from the better one. */
export function isTold(trial: Trial, best: Trial): boolean {
  return trial.right.length < best.right.length || behind(trial, best) < TELLING;
}

/** Whether the best is so clearly better that it may take the other's place unasked. */
export function isClear(trial: Trial, best: Trial): boolean {
  return hits(trial.right) < hits(best.right) && behind(trial, best) < CLEAR;
}

/** p-value of McNemar's test on the samples that both were run on. */
function behind(trial: Trial, best: Trial): number {
  const both = Math.min(trial.right.length, best.right.length);
  let [worse, better] = [0, 0];
  for (let k = 0; k < both; k++) {
    if (best.right[k] === true && trial.right[k] !== true) worse += 1;
    if (best.right[k] !== true && trial.right[k] === true) better += 1;
  }
  return mcnemarMidP(worse, better);
}
