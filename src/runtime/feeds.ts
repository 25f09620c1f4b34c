/**
 * Inputs for a model of which only names, types and shapes are known: to check backends against each other, to time a run, to
 * learn shapes. Nothing here knows a model by name; what a file leaves open is tried in a fixed order until a run succeeds.
 */
import { WhittleError } from '../base/errors';
import { uniform } from '../base/random';
import { elements } from './tensors';
import type { HostTensor, Session, TensorData, ValueInfo } from './types';

export type HostFeeds = Readonly<Record<string, HostTensor>>;

export interface FeedChoice {
  /** Seed of the values: the same seed gives the same feeds. */
  readonly seed: number;
  /** Size of an open first dimension. */
  readonly batch: number;
  /** Size of open dimensions that look like a length, a width or a height. */
  readonly length: number;
  /** Size of open dimensions between the first and the last axis where the tensor is no image. */
  readonly middle: number;
  /** Value of integer inputs with one element, which often choose a branch or a rate. */
  readonly scalar: number;
  /** Other integer inputs hold 0 .. below - 1: small enough for any lookup table. */
  readonly below: number;
}

const DEFAULT: FeedChoice = { seed: 1, batch: 1, length: 1, middle: 1, scalar: 1, below: 2 };

/**
 * Seeded feeds of the right type and shape. Open dimensions: the first axis is the batch, all follow `choice`. Floats
 * are uniform in [0, 1) for image-like inputs (rank 4), else uniform in [-1, 1). `given` replaces inputs by name.
 * Throws `runtime-failed` for types that cannot be made up.
 */
export function randomFeeds(inputs: readonly ValueInfo[], choice: Partial<FeedChoice> = {}, given: HostFeeds = {}): HostFeeds {
  const full = { ...DEFAULT, ...choice };
  const random = uniform(full.seed);
  return Object.fromEntries(inputs.map((input) => [input.name, given[input.name] ?? makeTensor(input, full, random)]));
}

/** Whether an input takes any number of samples. */
export function takesBatches(input: ValueInfo): boolean {
  return typeof input.dims[0] === 'string';
}

/** Made-up values of the sizes of one sample that runs, for a batch: inputs that take one sample only keep the sample's value. */
export function batchFeeds(sample: HostFeeds, inputs: readonly ValueInfo[], batch: number): HostFeeds {
  const shaped = inputs.map((input) => ({
    ...input,
    dims: [...input.dims.slice(0, 1), ...(sample[input.name]?.dims ?? input.dims).slice(1)],
  }));
  const single = Object.entries(sample).filter(([name]) => !inputs.some((i) => i.name === name && takesBatches(i)));
  return randomFeeds(shaped, { batch }, Object.fromEntries(single));
}

/** Feeds that ran, and the choice they were made with. */
export interface FoundFeeds {
  readonly choice: Partial<FeedChoice>;
  readonly feeds: HostFeeds;
}

/**
 * Feeds that the session really runs: several where the model takes a scalar integer, because each value may be another branch
 * (Silero VAD chooses by the sampling rate). At most `most` are kept. Throws the last failure where none runs.
 */
export async function findFeeds(
  session: Pick<Session, 'inputs' | 'run'>,
  signal: AbortSignal,
  seed = 1,
  most = 2,
): Promise<readonly FoundFeeds[]> {
  const found: FoundFeeds[] = [];
  let failure: unknown = new WhittleError('runtime-failed', 'The model has no inputs that can be made up.');
  for (const choice of choices(session.inputs)) {
    const feeds = randomFeeds(session.inputs, { ...choice, seed });
    try {
      await session.run(feeds, signal);
    } catch (error) {
      if (!(error instanceof WhittleError) || error.code !== 'runtime-failed') throw error;
      failure = error;
      continue;
    }
    found.push({ choice, feeds });
    if (found.length === most || !session.inputs.some(isIntegerScalar)) return found;
  }
  if (found.length > 0) return found;
  throw failure;
}

/** Sizes and values to try, likely ones first; a single choice where the file leaves nothing open. */
function choices(inputs: readonly ValueInfo[]): Partial<FeedChoice>[] {
  const open = inputs.flatMap((i) => i.dims.slice(1)).some((d) => typeof d === 'string');
  const image = inputs.some(isImage);
  const lengths = open ? (image ? [64, 224, 32, 320, 1] : [512, 128, 256, 64, 16, 1]) : [1];
  const scalars = inputs.some(isIntegerScalar) ? [16_000, 1, 8000, 0] : [1];
  const belows = inputs.some((i) => isInteger(i.type) && !isIntegerScalar(i)) ? [100, 2] : [2];
  const all: Partial<FeedChoice>[] = [];
  for (const length of lengths) {
    for (const middle of new Set(open ? [1, length] : [1])) {
      for (const below of belows) for (const scalar of scalars) all.push({ length, middle, below, scalar });
    }
  }
  return all;
}

function makeTensor(input: ValueInfo, choice: FeedChoice, random: () => number): HostTensor {
  const image = isImage(input);
  const last = input.dims.length - 1;
  const dims = input.dims.map((d, axis) => {
    if (typeof d === 'number') return d;
    if (axis === 0) return choice.batch;
    return image || axis === last ? choice.length : choice.middle;
  });
  return { type: input.type, dims, data: makeData(input, elements(dims), choice, image, random) };
}

function makeData(input: ValueInfo, n: number, choice: FeedChoice, image: boolean, random: () => number): TensorData {
  const float = () => (image ? random() : random() * 2 - 1);
  const integer = () => (isIntegerScalar(input) ? choice.scalar : Math.floor(random() * choice.below));
  switch (input.type) {
    case 'float32':
      return Float32Array.from({ length: n }, float);
    case 'float64':
      return Float64Array.from({ length: n }, float);
    // 0x3c00 is 1.0 and 0x3800 is 0.5: random bits between them are halves in [0.5, 1).
    case 'float16':
      return Uint16Array.from({ length: n }, () => 0x3800 + Math.floor(random() * 0x400));
    case 'int8':
      return Int8Array.from({ length: n }, integer);
    case 'uint8':
      return Uint8Array.from({ length: n }, integer);
    case 'int16':
      return Int16Array.from({ length: n }, integer);
    case 'uint16':
      return Uint16Array.from({ length: n }, integer);
    case 'int32':
      return Int32Array.from({ length: n }, integer);
    case 'uint32':
      return Uint32Array.from({ length: n }, integer);
    case 'int64':
      return BigInt64Array.from({ length: n }, () => BigInt(integer()));
    case 'uint64':
      return BigUint64Array.from({ length: n }, () => BigInt(integer()));
    case 'bool':
      return Uint8Array.from({ length: n }, () => (random() < 0.5 ? 0 : 1));
    case 'string':
      return Array.from({ length: n }, () => 'a');
    default:
      throw new WhittleError('runtime-failed', `Input "${input.name}" has the type ${input.type}, for which no values can be made up.`);
  }
}

/** What `randomFeeds` makes of these inputs, in words: `"image" uniform from 0 to 1; "rate" 16000`. */
export function describeFeeds(inputs: readonly ValueInfo[], choice: Partial<FeedChoice> = {}): string {
  const { below, scalar } = { ...DEFAULT, ...choice };
  const scaleOf = (input: ValueInfo): string => {
    if (input.type === 'string') return 'the text "a"';
    if (input.type === 'bool') return '0 or 1';
    if (isIntegerScalar(input)) return String(scalar);
    if (isInteger(input.type)) return `whole numbers from 0 to ${below - 1}`;
    if (input.type === 'float16') return 'uniform from 0.5 to 1';
    return isImage(input) ? 'uniform from 0 to 1' : 'uniform from -1 to 1';
  };
  return inputs.map((input) => `"${input.name}" ${scaleOf(input)}`).join('; ');
}

function isImage({ dims }: ValueInfo): boolean {
  return dims.length === 4;
}

function isInteger(type: string): boolean {
  return /^u?int(8|16|32|64)$/.test(type);
}

function isIntegerScalar(input: ValueInfo): boolean {
  return isInteger(input.type) && input.dims.every((d) => d === 1);
}
