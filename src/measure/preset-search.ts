/** Finds how a labelled image set must be prepared for a model by trying the ways that are in use. */
import { createYielder } from '../base/yielder';
import { WhittleError } from '../base/errors';
import type { Job } from '../base/job';
import { draw, uniform } from '../base/random';
import { counted } from '../base/plural';
import { normalize } from '../data/preprocess';
import { presetOf, presetsFor, withPreset, type Preset } from '../data/presets';
import type { CardInput, ImageDataset } from '../data/types';
import type { ValueInfo } from '../runtime/types';
import { argmax } from './accuracy';
import { areProbabilities, logProbabilities } from './divergence';
import type { Side } from './evaluate';
import { sampleVectors, scoresOutput } from './outputs';
import { cropped, Frames, type Crop } from './preset-frames';
import { isHopeless, isTold, ranked, TrialTally, type Trial } from './preset-race';
import { datasetSamples, type Samples } from './samples';

export interface PresetTrial {
  /** null: the card's own numbers, which are no preset's. */
  readonly preset: Preset | null;
  readonly input: CardInput;
  readonly trial: Trial;
}

export interface PresetTrials {
  /** Best first. */
  readonly trials: readonly PresetTrial[];
  /** As the card has it; null where its label offset leaves a label without a class. */
  readonly own: PresetTrial | null;
  readonly classes: number;
  /** Samples that went through the model, all trials together. */
  readonly runs: number;
}

/** The first round's samples; each later round has as many as all before it. */
const FIRST_ROUND = 8;
/** Samples after which a way that has no rival left is run no further. */
const ENOUGH = 64;
/** Framed pixels are kept for every trial: this bounds the samples where the input is large. */
const FRAME_BYTES = 96 * 2 ** 20;
/** Floats of a run: on WASM it holds up the thread, and a cancel with it. */
const RUN_FLOATS = 2 ** 19;
const SEED = 1;

/**
 * Tries presets x channel orders x label offsets (0, 1, -1 where the classes allow) and the card's own numbers on at most `limit` samples
 * drawn over the whole set, then for the best whether the images are cropped or resized straight, which must be told to be better. Samples
 * are decoded once, a prediction serves all offsets, and after each round (8 samples, 16, 32 ...) trials that McNemar's test sets clearly
 * behind the best are dropped: one that is left alone ends after 64. `side` is the model as it was opened. Throws `bad-data` where there
 * are no labels, or the model gives no class scores.
 */
export async function tryPresets(
  dataset: ImageDataset,
  inputs: readonly ValueInfo[],
  side: Side,
  limit: number,
  job: Job,
): Promise<PresetTrials> {
  const labels = plainLabels(dataset);
  const most = Math.max(FIRST_ROUND, Math.min(limit, Math.floor(FRAME_BYTES / (2 * dataset.sampleSize))));
  const rounds = roundsOf(shuffled(dataset.length, most));
  const first = rounds[0]?.[0] ?? 0;
  const frames = await Frames.of(dataset, first);
  const { input } = dataset.card;
  const model = await learnModel(samplesAs(dataset, cropped(input, frames.crops[0]), frames, inputs), side, first, job);
  const offsets = offsetsFor(labels, model.classes);
  const race = new Race({ dataset, inputs, side, frames, labels, rounds, model, job });
  const presets = presetsFor(input.channels);
  const orders = input.channels === 'L' ? (['RGB'] as const) : (['RGB', 'BGR'] as const);
  const way = (preset: Preset | null, prepared: CardInput): Way => ({
    preset,
    input: prepared,
    tally: new TrialTally(offsets, model.classes),
  });
  const usual = presets.flatMap((preset) =>
    orders.map((order) => way(preset, cropped(withPreset(input, preset, order, frames.pixelScale), frames.crops[0]))),
  );
  const known = usual.find((each) => isSame(each.input, input));
  const given = known ?? way(presetOf(input), input);
  const ways = known ? usual : [...usual, given];
  const tries = (ways.length + frames.crops.length - 1) * offsets.length;
  await race.run(ways, ENOUGH);
  const [best] = ranked(ways.map((each) => trialOf(each, tries)));
  const other =
    best === undefined
      ? []
      : frames.crops
          .map((crop) => way(best.preset, cropped(best.input, crop)))
          .filter((each) => !ways.some(({ input: tried }) => isSame(tried, each.input)));
  await race.run(other, best?.trial.right.length ?? 0);
  const trials = usualCropFirst(ranked([...ways, ...other].map((each) => trialOf(each, tries))), frames.crops[0]);
  const trial = given.tally.at(dataset.card.labels?.offset ?? 0);
  return { trials, own: trial && { preset: given.preset, input, trial }, classes: model.classes, runs: race.runs };
}

/** Whether images become the same numbers. */
function isSame(a: CardInput, b: CardInput): boolean {
  return textOf(a) === textOf(b);
}

function textOf({ layout, size, resizeShorter, channels, scale, mean, std }: CardInput): string {
  return JSON.stringify([layout, size, resizeShorter ?? null, channels, scale, forAll(mean), forAll(std)]);
}

/** A number for each channel: one stands for all. */
function forAll(values: readonly number[]): readonly number[] {
  return values.length === 1 ? Array.from({ length: 3 }, () => values[0] ?? 0) : values;
}

/** The usual crop, by which published figures are measured, gives way only to one that the samples tell to be better. */
function usualCropFirst(trials: readonly PresetTrial[], crop: Crop): readonly PresetTrial[] {
  const [first] = trials;
  const usual = first && trials.find(({ input }) => isSame(input, cropped(first.input, crop)));
  if (!usual || usual === first || isTold(usual.trial, first.trial)) return trials;
  return [usual, ...trials.filter((each) => each !== usual)];
}

interface Way {
  readonly preset: Preset | null;
  readonly input: CardInput;
  readonly tally: TrialTally;
}

function trialOf({ preset, input, tally }: Way, tries: number): PresetTrial {
  return { preset, input, trial: tally.best(tries) };
}

/** As findings call it; null is a card whose numbers are no preset's. */
export function nameOf(preset: Preset | null): string {
  return preset?.label ?? 'own numbers';
}

/** The output with the class scores, as one run shows it. */
interface Model {
  readonly scores: string;
  readonly classes: number;
  readonly probabilities: boolean;
}

interface Field {
  readonly dataset: ImageDataset;
  readonly inputs: readonly ValueInfo[];
  readonly side: Side;
  readonly frames: Frames;
  readonly labels: Int32Array;
  readonly rounds: readonly (readonly number[])[];
  readonly model: Model;
  readonly job: Job;
}

class Race {
  /** Samples that went through the model. */
  runs = 0;
  private readonly field: Field;
  private readonly yieldTurn = createYielder();
  private readonly startedAt = Date.now();
  /** The graph takes one sample only, although its first axis is open. */
  private single = false;

  constructor(field: Field) {
    this.field = field;
  }

  /** Runs the ways over the rounds, fewer of them in each. @param enough samples after which one way alone goes no further. */
  async run(all: readonly Way[], enough: number): Promise<void> {
    let ways = all;
    let done = 0;
    for (const round of this.field.rounds) {
      if (ways.length === 0 || (ways.length === 1 && done >= enough)) return;
      for (const way of ways) await this.tryOn(way, round);
      done += round.length;
      const [best] = ranked(ways.map((way) => trialOf(way, 1)));
      if (best) ways = ways.filter((way) => !isHopeless(way.tally.best(), best.trial));
    }
  }

  private async tryOn({ input, tally, preset }: Way, round: readonly number[]): Promise<void> {
    const { dataset, inputs, frames, labels, model, side, job } = this.field;
    const samples = samplesAs(dataset, input, frames, inputs);
    const most = Math.max(1, Math.min(samples.batch, Math.floor(RUN_FLOATS / dataset.sampleSize)));
    const label = nameOf(preset);
    const name = input.channels === 'BGR' ? `${label}, BGR` : label;
    for (let at = 0; at < round.length;) {
      await this.yieldTurn();
      job.signal.throwIfAborted();
      job.onProgress({ stage: `Trying ${name}`, done: at, total: round.length, startedAt: this.startedAt });
      const batch = round.slice(at, at + (this.single ? 1 : most));
      let vectors: readonly Float32Array[];
      try {
        vectors = sampleVectors(await side(await samples.feeds(batch), job.signal), batch.length, model.scores);
      } catch (error) {
        if (batch.length === 1 || !(error instanceof WhittleError) || error.code !== 'runtime-failed') throw error;
        this.single = true;
        continue;
      }
      for (const [k, scores] of vectors.entries())
        tally.add(argmax(scores), logProbabilities(scores, model.probabilities), labels[batch[k] ?? 0] ?? -1);
      this.runs += batch.length;
      at += batch.length;
    }
  }
}

/** The data set prepared in another way: frames of one crop serve every preset. */
function samplesAs(dataset: ImageDataset, input: CardInput, frames: Frames, inputs: readonly ValueInfo[]): Samples {
  const read = async (index: number, into: Float32Array, offset: number): Promise<void> =>
    normalize(await frames.get(index, input.resizeShorter), input, into, offset);
  return datasetSamples({ ...dataset, card: { ...dataset.card, input }, read }, inputs);
}

async function learnModel(samples: Samples, side: Side, index: number, job: Job): Promise<Model> {
  const outputs = await side(await samples.feeds([index]), job.signal);
  const scores = scoresOutput(outputs, 1);
  const [vector] = sampleVectors(outputs, 1, scores);
  if (scores === null || !vector)
    throw new WhittleError('bad-data', 'The model gives no class scores, by which a preset could be judged.', 'Choose the preset by hand.');
  return { scores, classes: vector.length, probabilities: areProbabilities(vector) };
}

/** The labels without the card's offset. */
function plainLabels({ labels, card }: ImageDataset): Int32Array {
  if (labels === null)
    throw new WhittleError(
      'bad-data',
      'The samples have no labels, by which a preset could be judged.',
      'Give labels, or choose the preset by hand.',
    );
  return labels.map((label) => label - (card.labels?.offset ?? 0));
}

/** Offsets that leave every label a class. */
function offsetsFor(labels: Int32Array, classes: number): readonly number[] {
  const [low, high] = labels.reduce(([a, b], label) => [Math.min(a, label), Math.max(b, label)], [Infinity, -Infinity]);
  const offsets = [0, 1, -1].filter((offset) => low + offset >= 0 && high + offset < classes);
  if (offsets.length > 0) return offsets;
  throw new WhittleError(
    'bad-data',
    `The labels are ${low} to ${high}, the model has ${counted(classes, 'class', 'classes')}.`,
    'Give the labels that the model was trained with.',
  );
}

/** `count` samples over the whole set, in random order: data sorted by class show all classes in the first round. */
function shuffled(total: number, count: number): readonly number[] {
  const random = uniform(SEED);
  return draw(total, count, SEED)
    .map((sample) => ({ sample, key: random() }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ sample }) => sample);
}

/** Each round's samples ascending, as files are read fastest. */
function roundsOf(order: readonly number[]): readonly (readonly number[])[] {
  const rounds: (readonly number[])[] = [];
  for (let at = 0, size = FIRST_ROUND; at < order.length; at += size, size = at)
    rounds.push(order.slice(at, at + size).toSorted((a, b) => a - b));
  return rounds;
}
