import { wilson } from '../base/stats';
import { mcnemarMidP } from './paired';

/** Evidence at which a trial that is behind is not followed any further: one in two hundred such would be ahead. */
const HOPELESS = 0.005;
/** Evidence at which two trials are told apart in the ranking; else the loss, which uses every score, decides. */
const TELLING = 0.05;

/** One way to prepare the samples, as far as it has been tried, with the label offset that suits it best. */
export interface Trial {
  readonly offset: number;
  /** By sample, in the order they were run: whether the model's answer was the label. */
  readonly right: readonly boolean[];
  /** Mean -ln p of the label's class, in nats. */
  readonly loss: number;
}

/** Tallies one way to prepare the samples for all offsets at once: one prediction serves them all. */
export class TrialTally {
  private readonly offsets: readonly { readonly offset: number; readonly right: boolean[]; loss: number }[];

  /** @param offsets those that leave every label among the model's classes; the first wins a tie. */
  constructor(offsets: readonly number[]) {
    this.offsets = offsets.map((offset) => ({ offset, right: [], loss: 0 }));
  }

  /** @param answer class of the largest score. @param logs log probabilities of the classes. @param label without an offset. */
  add(answer: number, logs: Float64Array, label: number): void {
    for (const each of this.offsets) {
      const wanted = label + each.offset;
      each.right.push(answer === wanted);
      const log = logs[wanted] ?? Number.NaN;
      each.loss += Number.isNaN(log) ? Infinity : -log;
    }
  }

  best(): Trial {
    const [best] = this.offsets.toSorted((a, b) => hits(b.right) - hits(a.right) || a.loss - b.loss);
    const { offset, right, loss } = best ?? { offset: 0, right: [], loss: 0 };
    return { offset, right, loss: right.length === 0 ? Infinity : loss / right.length };
  }
}

export function hits(right: readonly boolean[]): number {
  return right.reduce((n, r) => (r ? n + 1 : n), 0);
}

/**
 * Best first: those tried on the most samples, by accuracy; where the samples cannot tell a trial from the best (McNemar's test), the
 * smaller loss goes first.
 */
export function ranked<T extends { readonly trial: Trial }>(tried: readonly T[]): readonly T[] {
  const most = Math.max(0, ...tried.map(({ trial }) => trial.right.length));
  const byHits = tried.toSorted((a, b) => b.trial.right.length - a.trial.right.length || hits(b.trial.right) - hits(a.trial.right) || a.trial.loss - b.trial.loss);
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

/** Whether the answers are better than guessing among `classes`: the lower end of the 95 % interval is above chance. */
export function beatsChance(trial: Trial, classes: number): boolean {
  return wilson(hits(trial.right), trial.right.length).low > 1 / classes;
}
