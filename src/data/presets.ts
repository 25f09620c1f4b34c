/**
 * How models were commonly taught to see pixels, as data: a start for the form and what the search tries. Pure: the page may import it.
 * Numbers are for pixels of 0 to 255, in the order of the model's channels.
 */
import type { CardInput } from './types';

export interface Preset {
  readonly id: 'torch' | 'tf' | 'raw' | 'unit' | 'caffe' | 'mnist' | 'raw-inverted' | 'unit-inverted';
  readonly label: string;
  readonly explanation: string;
  /** Colour models, models of one channel, or both. */
  readonly for: 'colour' | 'grey' | 'both';
  /** A pixel, 0..255, is taken times this, then less the mean, then over the deviation. */
  readonly scale: number;
  /** One for all channels, or in the order red, green, blue. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** Order of the channels that it came with. */
  readonly order: 'RGB' | 'BGR';
}

export const PRESETS: readonly Preset[] = [
  {
    id: 'torch',
    label: 'torch',
    explanation: 'ImageNet mean and deviation, as torchvision: (x / 255 - mean) / std.',
    for: 'colour',
    scale: 1,
    mean: [123.675, 116.28, 103.53],
    std: [58.395, 57.12, 57.375],
    order: 'RGB',
  },
  {
    id: 'tf',
    label: 'tf, -1 to 1',
    explanation: "As TensorFlow's MobileNets: (x - 127.5) / 127.5.",
    for: 'both',
    scale: 1,
    mean: [127.5],
    std: [127.5],
    order: 'RGB',
  },
  { id: 'raw', label: 'raw, 0 to 255', explanation: 'Pixels as they are.', for: 'both', scale: 1, mean: [0], std: [1], order: 'RGB' },
  { id: 'unit', label: '0 to 1', explanation: 'x / 255.', for: 'both', scale: 1, mean: [0], std: [255], order: 'RGB' },
  {
    id: 'caffe',
    label: 'caffe',
    explanation: 'Blue first, ImageNet mean taken off, no division.',
    for: 'colour',
    scale: 1,
    mean: [123, 117, 104],
    std: [1],
    order: 'BGR',
  },
  {
    id: 'mnist',
    label: 'MNIST mean',
    explanation: '(x / 255 - 0.1307) / 0.3081.',
    for: 'grey',
    scale: 1,
    mean: [33.3285],
    std: [78.5655],
    order: 'RGB',
  },
  {
    id: 'unit-inverted',
    label: '1 to 0',
    explanation: 'Black on white turned into white on black, 0 to 1.',
    for: 'grey',
    scale: -1,
    mean: [-255],
    std: [255],
    order: 'RGB',
  },
  {
    id: 'raw-inverted',
    label: '255 to 0',
    explanation: 'Black on white turned into white on black, 0 to 255.',
    for: 'grey',
    scale: -1,
    mean: [-255],
    std: [1],
    order: 'RGB',
  },
];

/** Presets that a model with these channels can take. */
export function presetsFor(channels: CardInput['channels']): readonly Preset[] {
  const kind = channels === 'L' ? 'grey' : 'colour';
  return PRESETS.filter((preset) => preset.for === 'both' || preset.for === kind);
}

/**
 * The input with the preset's numbers; channel order as given, else the preset's own. `pixelScale` is for samples whose values are not 0 to
 * 255: 255 where they are 0 to 1.
 */
export function withPreset(input: CardInput, preset: Preset, order: 'RGB' | 'BGR' = preset.order, pixelScale = 1): CardInput {
  const channels = input.channels === 'L' ? 'L' : order;
  return { ...input, channels, scale: preset.scale * pixelScale, mean: inOrder(preset.mean, channels), std: inOrder(preset.std, channels) };
}

/** The preset whose numbers these are, whatever the order of the channels; null where they are a person's own. */
export function presetOf(input: CardInput): Preset | null {
  const found = presetsFor(input.channels).find((preset) => {
    const same = withPreset(input, preset, input.channels === 'BGR' ? 'BGR' : 'RGB');
    return same.scale === input.scale && equal(same.mean, input.mean) && equal(same.std, input.std);
  });
  return found ?? null;
}

function inOrder(values: readonly number[], channels: CardInput['channels']): readonly number[] {
  return channels === 'BGR' ? values.toReversed() : values;
}

/** Equal as the model sees them: one number stands for three. */
function equal(a: readonly number[], b: readonly number[]): boolean {
  return [0, 1, 2].every((c) => a[a.length === 1 ? 0 : c] === b[b.length === 1 ? 0 : c]);
}
