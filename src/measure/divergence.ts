/** How far two distributions over classes are apart, from the scores a model gives: logits, or probabilities where it ends in softmax. */
import { argmax } from './accuracy';

/** How far a sum of probabilities may be from one: half precision over a thousand classes stays inside. */
const SUM_TOLERANCE = 0.01;
/** Stands for a probability that float32 rounded to zero: its logarithm stays finite. */
const TINY = 2 ** -149;

/** Whether these scores are probabilities already: none outside 0..1, and their sum is one. */
export function areProbabilities(scores: ArrayLike<number>): boolean {
  let sum = 0;
  for (let i = 0; i < scores.length; i++) {
    const s = scores[i] ?? Number.NaN;
    if (!(s >= 0 && s <= 1 + SUM_TOLERANCE)) return false;
    sum += s;
  }
  return Math.abs(sum - 1) <= SUM_TOLERANCE;
}

/**
 * Natural logarithms of the class probabilities: log softmax of logits, or (`probabilities`) the logarithm of the scores over their
 * sum. Float64, and finite for finite scores. NaN throughout where a score is NaN.
 */
export function logProbabilities(scores: ArrayLike<number>, probabilities: boolean): Float64Array {
  const log = new Float64Array(scores.length);
  if (probabilities) {
    for (let i = 0; i < log.length; i++) log[i] = Math.log(Math.max(scores[i] ?? Number.NaN, TINY));
  } else {
    for (let i = 0; i < log.length; i++) log[i] = scores[i] ?? Number.NaN;
  }
  const best = argmax(log);
  const top = best < 0 ? Number.NaN : (log[best] ?? Number.NaN);
  let sum = 0;
  for (let i = 0; i < log.length; i++) sum += Math.exp((log[i] ?? 0) - top);
  const norm = top + Math.log(sum);
  for (let i = 0; i < log.length; i++) log[i] = (log[i] ?? 0) - norm;
  return log;
}

/**
 * Kullback-Leibler divergence D(P || Q) = sum p (ln p - ln q) in nats, from the logarithms of both. At least 0; Infinity where Q holds
 * NaN, since such a model answers nothing.
 */
export function klDivergence(logP: Float64Array, logQ: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < logP.length; i++) {
    const p = logP[i] ?? 0;
    // Masked classes (logit -Infinity) weigh nothing.
    if (p !== -Infinity) sum += Math.exp(p) * (p - (logQ[i] ?? 0));
  }
  return Number.isNaN(sum) ? Infinity : Math.max(0, sum);
}
