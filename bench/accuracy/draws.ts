/**
 * What a recipe costs over several draws of the samples that it learns from: one draw's figure moves by more than methods differ. Each
 * draw's file is scored against the bytes of the file that was opened, on the samples that this draw left out.
 */
import type { Dataset } from '../../src/data/types';
import { BeforeOutputs } from '../../src/measure/before';
import { evaluateSides, type Side } from '../../src/measure/evaluate';
import { datasetSamples } from '../../src/measure/samples';
import { CALIBRATION_SEED } from '../../src/measure/split';
import { job, type Engine } from '../engine';
import type { Keep } from '../harness/bench';

type Doc = Awaited<ReturnType<Engine['openModel']>>;

export interface Scores {
  readonly bytes: number;
  readonly samples: number;
  /** Top-1 of the opened file in percent, and the points of it that the written file lost. */
  readonly top1: number;
  readonly lost: number;
  /** 95 % interval of the points lost, of paired answers. */
  readonly interval: readonly [low: number, high: number];
  /** Percent of samples whose answer is the opened file's. */
  readonly agreement: number;
  /** Mean over samples of D(opened || written), in nats. */
  readonly kl: number;
}

/** Scores of one draw; seed null: the recipe learns from no samples. */
export interface Draw extends Scores {
  readonly seed: number | null;
}

/** Scores a written file on these samples. */
export type Judge = (file: Blob, indices: readonly number[]) => Promise<Scores>;

/** The seeds of so many draws, the product's own first. */
export function seedsOf(draws: number): number[] {
  return Array.from({ length: draws }, (_, i) => CALIBRATION_SEED + i);
}

/** @throws Error where the data have no labels or the model's outputs are no class scores. */
export async function judgeOf({ runtime }: Engine, doc: Doc, data: Dataset): Promise<Judge> {
  const opened = await runtime.create(doc.model.source, runtime.reference, job.signal);
  const samples = datasetSamples(data, opened.inputs);
  const known = new BeforeOutputs();
  const before: Side = (feeds, signal) => opened.run(feeds, signal);
  return async (file, indices) => {
    const written = await runtime.create(new Uint8Array(await file.arrayBuffer()), runtime.reference, job.signal);
    const figures = await evaluateSides(samples, before, (feeds, signal) => written.run(feeds, signal), known, indices, job);
    await written.release();
    const { agreement, outputs, answers } = figures;
    const kl = outputs.find((output) => output.kl !== null)?.kl;
    if (!figures.before || !answers?.paired || agreement.top1 === null || kl === undefined || kl === null)
      throw new Error('Accuracy needs labelled samples of a classifier.');
    const { difference, interval } = answers.paired;
    return {
      bytes: file.size,
      samples: agreement.samples,
      top1: figures.before.top1,
      lost: -difference,
      interval: [-interval.high, -interval.low],
      agreement: agreement.top1,
      kl,
    };
  };
}

/** The data set's samples of these numbers alone, in this order. */
export function partOf(data: Dataset, indices: readonly number[]): Dataset {
  if (data.kind !== 'images') throw new Error('This bench takes parts of images only.');
  const at = (index: number): number => indices[index] ?? Number.NaN;
  return {
    ...data,
    length: indices.length,
    labels: data.labels && Int32Array.from(indices, (index) => data.labels?.[index] ?? -1),
    read: (index, into, offset) => data.read(at(index), into, offset),
    pixels: (index) => data.pixels(at(index)),
  };
}

/** Keeps mean and spread over the draws. */
export function figuresOf(figure: Keep, name: string, draws: readonly Draw[]): void {
  const spread = (what: string, unit: string, pick: (draw: Draw) => number): void => {
    figure(`${name}, ${what}`, unit, draws.map(pick), 'mean');
  };
  spread('top-1 lost', 'points', ({ lost }) => lost);
  spread('agreement', '%', ({ agreement }) => agreement);
  spread('KL', 'nats', ({ kl }) => kl);
  spread('file', 'bytes', ({ bytes }) => bytes);
}

const fixed = (value: number): string => value.toFixed(2);

/** One draw in a line: points and percent to two decimals, its 95 % interval. */
export function describeDraw({ seed, bytes, samples, top1, lost, interval, agreement, kl }: Draw): string {
  const of = seed === null ? 'learns from no samples' : `draw ${seed}`;
  return (
    `${of}: ${bytes} bytes; lost ${fixed(lost)} points (95 %: ${interval.map(fixed).join(' to ')}) ` +
    `of ${fixed(top1)}, agreement ${fixed(agreement)} %, KL ${kl.toPrecision(3)} on ${samples}`
  );
}
