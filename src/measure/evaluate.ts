import { createBreath } from '../base/breath';
import { WhittleError } from '../base/errors';
import type { Job } from '../base/job';
import type { Feeds } from '../runtime/types';
import { AccuracyTally, type AccuracyFigures } from './accuracy';
import { AgreementTally, type AgreementFigures } from './agreement';
import { VectorCache } from './cache';
import { sampleVectors, scoresOutput, type Outputs } from './outputs';
import type { Samples } from './samples';

export type Side = (feeds: Feeds, signal: AbortSignal) => Promise<Outputs>;

export interface EvaluationFigures {
  /** null without labels. */
  readonly before: AccuracyFigures | null;
  readonly after: AccuracyFigures | null;
  readonly agreement: AgreementFigures;
}

/** Outputs of the original, kept between evaluations so that a slider move only runs the new side. */
export class BeforeOutputs {
  readonly vectors = new VectorCache(64 * 2 ** 20);
  /** Output with the class scores, once known. */
  scores: string | null | undefined;
}

/**
 * Runs `before` and `after` over the first `limit` samples (null: all) and scores both. One pass over the data; memory does not
 * grow with it beyond the caches' budgets. Where a batch of several cannot be run it goes on one by one.
 * Throws `bad-card` where a label is no class of the model, and what the sides throw.
 */
export async function evaluateSides(samples: Samples, before: Side, after: Side, known: BeforeOutputs, limit: number | null, job: Job): Promise<EvaluationFigures> {
  const total = Math.min(samples.length, limit ?? samples.length);
  const startedAt = Date.now();
  const accuracy = { before: new AccuracyTally(), after: new AccuracyTally() };
  let agreement: AgreementTally | null = null;
  let batch = samples.batch;
  const breath = createBreath();
  for (let at = 0; at < total; ) {
    await breath();
    job.signal.throwIfAborted();
    const indices = Array.from({ length: Math.min(batch, total - at) }, (_, k) => at + k);
    let pair: Pair;
    try {
      pair = await runBoth(samples, indices, before, after, known, job.signal);
    } catch (error) {
      // The first axis may be open and the graph still be made for one sample.
      if (batch > 1 && error instanceof WhittleError && error.code === 'runtime-failed') {
        batch = 1;
        continue;
      }
      throw error;
    }
    agreement ??= new AgreementTally(known.scores !== null);
    for (const [k, index] of indices.entries()) {
      const [a, b] = [pair.before[k], pair.after[k]];
      if (!a || !b) continue;
      agreement.add(a, b);
      const label = known.scores === null ? undefined : samples.labels?.[index];
      if (label === undefined) continue;
      checkLabel(label, a.length);
      accuracy.before.add(a, label);
      accuracy.after.add(b, label);
    }
    at += indices.length;
    job.onProgress({ stage: 'Evaluating', done: at, total, startedAt });
  }
  return { before: accuracy.before.result(), after: accuracy.after.result(), agreement: (agreement ?? new AgreementTally(false)).result() };
}

interface Pair {
  readonly before: readonly Float32Array[];
  readonly after: readonly Float32Array[];
}

async function runBoth(samples: Samples, indices: readonly number[], before: Side, after: Side, known: BeforeOutputs, signal: AbortSignal): Promise<Pair> {
  const feeds = await samples.feeds(indices);
  const n = indices.length;
  const kept = indices.flatMap((i) => known.vectors.get(i) ?? []);
  let reference: readonly Float32Array[] = kept;
  if (kept.length < n) {
    const outputs = await before(feeds, signal);
    if (known.scores === undefined) known.scores = scoresOutput(outputs, n);
    reference = sampleVectors(outputs, n, known.scores);
    for (const [k, index] of indices.entries()) known.vectors.add(index, reference[k] ?? new Float32Array());
  }
  return { before: reference, after: sampleVectors(await after(feeds, signal), n, known.scores ?? null) };
}

function checkLabel(label: number, classes: number): void {
  if (label >= 0 && label < classes) return;
  throw new WhittleError('bad-card', `A label stands for class ${label}, but the model has ${classes} classes (0 to ${classes - 1}).`, 'Set the label offset on the card.');
}
