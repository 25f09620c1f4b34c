/** Whether a classifier's answers have anything to do with its samples. */
import { binomialTail } from '../base/stats';

/** One in a hundred: an accuracy that is taken for one although it is none sends a person the wrong way. */
const LEVEL = 0.01;

export interface ChanceFigures {
  readonly hits: number;
  readonly samples: number;
  /** Share right, 0..1, that answers have which are as frequent as these and ignore the samples; 1 / classes where that is more. */
  readonly expected: number;
  /** Chance of as many hits or more by such answers, one-sided. */
  readonly p: number;
  /** Whether the hits can be told from theirs. */
  readonly told: boolean;
  /** Different labels among the samples. */
  readonly labels: number;
}

/** Counts labels, answers and hits. */
export class ChanceTally {
  private hits = 0;
  private samples = 0;
  private readonly labels = new Map<number, number>();
  private readonly answers = new Map<number, number>();

  /** @param answer class of the largest score, -1 where there is none. */
  add(label: number, answer: number): void {
    this.samples += 1;
    if (label === answer) this.hits += 1;
    this.labels.set(label, (this.labels.get(label) ?? 0) + 1);
    this.answers.set(answer, (this.answers.get(answer) ?? 0) + 1);
  }

  /**
   * An exact binomial test against the share of hits that labels and answers of these frequencies have when they are independent (the
   * chance of Cohen 1960, Educ Psychol Meas 20:37): a model that answers one class for everything is as right as that class is frequent.
   * Labels of one class leave nothing to be independent of: such a model then is right by one chance in `classes`.
   * @param classes of the model. @param tries how many such tallies this is the best of (Bonferroni).
   */
  result(classes: number, tries = 1): ChanceFigures {
    const { hits, samples, labels } = this;
    const uniform = 1 / Math.max(1, classes);
    const single = labels.size <= 1;
    let independent = 0;
    if (!single) for (const [label, count] of labels) independent += (count / samples) * ((this.answers.get(label) ?? 0) / samples);
    const expected = Math.max(uniform, independent);
    const tail = Math.max(binomialTail(hits, samples, expected), single ? uniform : 0);
    const p = Math.min(1, tail * tries);
    return { hits, samples, expected, p, told: p < LEVEL, labels: labels.size };
  }
}
