/** The frame that images must be brought to, from the model's input and one sample. */
import { withPreset, PRESETS, type Preset } from '../presets';
import type { CardInput, ModelInput } from '../types';

/** What is known of the samples. */
export interface SampleShape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** Numbers that are not 0 to 255, and are not resized. */
  readonly numbers: boolean;
  /** Images of any size, which are resized. */
  readonly photo: boolean;
}

/** Size of the middle that is cut out where a model takes any. */
const USUAL_SIDE = 224;
/** Shorter side before the crop, over the crop's. */
const MARGIN = 256 / 224;

interface Geometry {
  readonly layout: CardInput['layout'];
  readonly size: readonly [number, number];
  readonly channels: 1 | 3;
}

/** Null where the input takes no images like the sample. */
export function frameFor(input: ModelInput, sample: SampleShape): { readonly input: CardInput; readonly preset: Preset } | null {
  const geometry = geometryOf(input.dims, sample);
  if (geometry === null) return null;
  const { layout, size, channels } = geometry;
  const fits = sample.height === size[0] && sample.width === size[1];
  if (sample.numbers && !fits) return null;
  const crop = sample.photo && !fits ? { resizeShorter: Math.round(Math.max(...size) * MARGIN) } : {};
  const preset = startFor(input.type, sample, channels);
  const base: CardInput = { layout, size, ...crop, channels: channels === 1 ? 'L' : 'RGB', scale: 1, mean: [0], std: [1] };
  return { input: withPreset(base, preset, 'RGB'), preset };
}

function geometryOf(dims: ModelInput['dims'], sample: SampleShape): Geometry | null {
  const grey = sample.channels === 1;
  const side = (d: number | string | undefined, own: number): number => known(d) ?? (sample.photo ? USUAL_SIDE : own);
  const [, a, b, c] = dims;
  if (dims.length === 4) {
    const [first, last] = [known(a), known(c)];
    if (first === 1 || first === 3) return { layout: 'NCHW', size: [side(b, sample.height), side(c, sample.width)], channels: first };
    if (last === 1 || last === 3) return { layout: 'NHWC', size: [side(a, sample.height), side(b, sample.width)], channels: last };
    if (first !== null || last !== null) return null;
    return { layout: 'NCHW', size: [side(b, sample.height), side(c, sample.width)], channels: grey ? 1 : 3 };
  }
  if (dims.length === 3) return { layout: 'NCHW', size: [side(a, sample.height), side(b, sample.width)], channels: 1 };
  const channels = grey ? 1 : 3;
  const values = sample.height * sample.width * channels;
  const flat = dims.length === 2 && !sample.photo && (known(a) ?? values) === values;
  return flat ? { layout: 'NCHW', size: [sample.height, sample.width], channels } : null;
}

/** A dimension's size; null where it is open. */
function known(dim: number | string | undefined): number | null {
  return typeof dim === 'number' ? dim : null;
}

/** The likeliest preset to begin with. */
function startFor(type: string, sample: SampleShape, channels: 1 | 3): Preset {
  const id = sample.numbers || type.includes('int') ? 'raw' : sample.photo && channels === 3 ? 'torch' : 'unit';
  const preset = PRESETS.find((each) => each.id === id);
  if (!preset) throw new RangeError(`There is no preset ${id}.`);
  return preset;
}
