/** That an accuracy cannot be told from chance, in words: page, report and command line say the same. */
import { formatCount } from './format';
import { counted } from './plural';
import { formatP } from './verdict';

/**
 * The original's hits on labelled samples against those of answers that ignore the samples and are as frequent as its own: an exact
 * binomial test. Where they cannot be told apart, the samples are prepared wrongly, or the labels are not the model's.
 */
export interface Chance {
  readonly hits: number;
  readonly samples: number;
  /** Share right, 0..1, of such answers. */
  readonly expected: number;
  /** One-sided. */
  readonly p: number;
  /** p below 0.01. */
  readonly told: boolean;
  /** Different labels among the samples. */
  readonly labels: number;
}

/** Stands where the accuracy would. */
export const NOT_TOLD = 'cannot be told from chance';

/** What to do about it. */
export const CHANCE_REMEDY = "Check how the samples are prepared, and that the labels are the model's classes.";

/**
 * "The original's accuracy cannot be told from chance: 2 of 500 samples right, where answers that ignore the samples have 0.5 (p = 0.090)".
 */
export function chanceWords({ hits, samples, expected, p, labels }: Chance): string {
  const found = `The original's accuracy ${NOT_TOLD}: ${formatCount(hits)} of ${counted(samples, 'sample')} right`;
  if (labels <= 1) return `${found}, all of one class: a model that always gives that answer has as many`;
  const most = expected * samples;
  return `${found}, where answers that ignore the samples have ${formatCount(Number(most.toFixed(most < 10 ? 1 : 0)))} (${formatP(p)})`;
}

/** The remedy that suits: more samples where those there are were all right, or are of one class. */
export function chanceRemedy({ hits, samples, labels }: Chance): string {
  if (labels <= 1) return 'Add samples of other classes.';
  return hits === samples ? 'Add more samples.' : CHANCE_REMEDY;
}
