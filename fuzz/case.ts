/** One case: a changed input through the entry points that take it. */
import { isInputError, toPlainError } from '../src/base/errors';
import { createCpuCompute } from '../src/compute/cpu';
import { parseCard } from '../src/data/card';
import { openDataset } from '../src/data/open';
import { listLayers } from '../src/onnx/layers';
import { readModel } from '../src/onnx/read';
import { summarize } from '../src/onnx/summary';
import { concatChunks, writeModel } from '../src/onnx/write';
import { createRecipeCache } from '../src/recipe/cache';
import { storeWeights } from '../src/recipe/export';
import { decodeRecipeLink } from '../src/recipe/link';
import { parseRecipeText } from '../src/recipe/parse';
import { runRecipe } from '../src/recipe/run';
import { decodePpm } from '../src/data/testing/ppm';
import { dataSet } from './data';
import { Dice } from './dice';
import { modelCase } from './models';
import { recipeLink, recipeOf, recipeText } from './texts';
import { TARGETS } from '../src/recipe/targets';

export interface Outcome {
  /** "model accepted", "card bad-card", ...; with "UNNAMED" where the error is none that a person can act on. */
  readonly kind: string;
  /** What was thrown, with where it came from, for cases that fail. */
  readonly fault: string | null;
}

const job = { signal: new AbortController().signal, onProgress: () => {} };
const unnamed = (thrown: unknown): string => (thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown));

/** Cases of ten that are of models. */
const MODELS = 5;
/** Samples that are read of each data set. */
const SAMPLES = 3;

/** Runs case number `index` of a seed; the same every time. */
export async function runCase(seed: number, index: number): Promise<Outcome> {
  const dice = new Dice(seed, index);
  const draw = dice.below(10);
  const [name, run] =
    draw < MODELS
      ? (['model', model] as const)
      : draw < 6
        ? (['recipe', recipe] as const)
        : draw < 7
          ? (['link', link] as const)
          : draw < 8
            ? (['card', card] as const)
            : (['data', data] as const);
  try {
    await run(dice);
    return { kind: `${name} accepted`, fault: null };
  } catch (thrown) {
    const error = toPlainError(thrown);
    const named = isInputError(error) && !(thrown instanceof Unreadable);
    return { kind: `${name} ${named ? error.code : 'UNNAMED'}`, fault: named ? null : unnamed(thrown) };
  }
}

/** The model file of a case, to keep; null for cases of another kind. */
export function modelBytes(seed: number, index: number): Uint8Array<ArrayBuffer> | null {
  const dice = new Dice(seed, index);
  return dice.below(10) < MODELS ? modelCase(dice) : null;
}

/** A file of our own that does not read again: never the input's fault. */
class Unreadable extends Error {}

async function model(dice: Dice): Promise<void> {
  const opened = readModel([
    { name: 'm.onnx', bytes: modelCase(dice) },
    { name: 'w.bin', bytes: new Uint8Array(4096) },
  ]);
  const { layers } = listLayers(opened);
  summarize(opened);
  const compute = createCpuCompute();
  const cache = createRecipeCache(opened, layers, compute, 'resident');
  const chosen = recipeOf(dice);
  const run = await runRecipe({ recipe: chosen, compute, target: { gpu: TARGETS[chosen.target].gpu, shaderF16: false }, cache, job });
  const written = concatChunks(writeModel((await storeWeights(run, compute, job)).model));
  run.dispose();
  try {
    listLayers(readModel([{ name: 'm.onnx', bytes: written }]));
  } catch (cause) {
    throw new Unreadable(`written by ${chosen.passes.map(({ id }) => id).join(', ')}: ${unnamed(cause)}`);
  }
}

function recipe(dice: Dice): void {
  parseRecipeText(recipeText(dice));
}

function link(dice: Dice): void {
  decodeRecipeLink(recipeLink(dice));
}

function card(dice: Dice): void {
  parseCard(dataSet(dice).card);
}

async function data(dice: Dice): Promise<void> {
  const set = dataSet(dice);
  const dataset = await openDataset(parseCard(set.card), await set.files(), job, decodePpm);
  for (let at = 0; at < Math.min(SAMPLES, dataset.length); at++) {
    if (dataset.kind === 'images') await dataset.read(at, new Float32Array(dataset.sampleSize), 0);
    else for (const column of dataset.tensors.values()) await column.read(at);
  }
}
