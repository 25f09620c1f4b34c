import { WhittleError } from '../base/errors';
import { channelCount } from './card';
import { resizeBilinear, type Size } from './resize';
import type { Pixels } from './source';
import type { CardInput } from './types';

/**
 * The sample's pixels in the model's frame: channels chosen, resized, centre-cropped to `input.size`; the channels' order stays red, green,
 * blue. Only bytes are resized: floats of another size throw `bad-card`.
 */
export function framed(pixels: Pixels, input: CardInput): Pixels {
  return cropped(withChannels(pixels, channelCount(input)), input);
}

/** Framed pixels as the model takes them, (pixel * scale - mean) / std in `input.layout`, written to `into` from `offset`. */
export function normalize({ data, width, height }: Pixels, input: CardInput, into: Float32Array, offset: number): void {
  const area = width * height;
  const channels = channelCount(input);
  for (let c = 0; c < channels; c++) {
    const mean = input.mean[input.mean.length === 1 ? 0 : c] ?? 0;
    const std = input.std[input.std.length === 1 ? 0 : c] ?? 1;
    // Stored order is red, green, blue.
    const from = input.channels === 'BGR' ? channels - 1 - c : c;
    const [start, step] = input.layout === 'NCHW' ? [c * area, 1] : [c, channels];
    for (let i = 0; i < area; i++) {
      into[offset + start + i * step] = ((data[i * channels + from] ?? 0) * input.scale - mean) / std;
    }
  }
}

/**
 * Grey where the model takes one channel (ITU-R 601 weights in 16-bit fixed point, as Pillow), three equal ones where a grey image meets a
 * colour model; alpha is dropped.
 */
function withChannels(pixels: Pixels, wanted: 1 | 3): Pixels {
  const { data, channels } = pixels;
  if (channels === wanted) return pixels;
  const area = pixels.width * pixels.height;
  const bytes = !(data instanceof Float32Array);
  const out = bytes ? new Uint8Array(area * wanted) : new Float32Array(area * wanted);
  for (let i = 0; i < area; i++) {
    const red = data[i * channels] ?? 0;
    const green = channels === 1 ? red : (data[i * channels + 1] ?? 0);
    const blue = channels === 1 ? red : (data[i * channels + 2] ?? 0);
    if (wanted === 1) {
      const grey = red * 19595 + green * 38470 + blue * 7471;
      out[i] = bytes ? (grey + 32768) >> 16 : grey / 65536;
    } else {
      out[i * 3] = red;
      out[i * 3 + 1] = green;
      out[i * 3 + 2] = blue;
    }
  }
  return { ...pixels, channels: wanted, data: out };
}

/** Shorter side to `resizeShorter` and the middle `size` of that; without it straight to `size`. */
function cropped(pixels: Pixels, input: CardInput): Pixels {
  const [height, width] = input.size;
  // Numbers that have the model's size are its input already, whatever images would be resized to.
  if (pixels.data instanceof Float32Array && pixels.width === width && pixels.height === height) return pixels;
  const target = resizedTo(pixels, input);
  let { data } = pixels;
  if (target.width !== pixels.width || target.height !== pixels.height) {
    if (data instanceof Float32Array) {
      throw new WhittleError(
        'bad-card',
        `The samples are ${pixels.height} x ${pixels.width} numbers, the card's "input.size" is [${height}, ${width}].`,
        'Only images are resized: set the size that the samples have.',
      );
    }
    data = resizeBilinear(data, pixels, target, pixels.channels);
  }
  if (target.width === width && target.height === height) return { ...pixels, width, height, data };
  const left = halfToEven(target.width - width);
  const top = halfToEven(target.height - height);
  const row = width * pixels.channels;
  const out = data instanceof Float32Array ? new Float32Array(row * height) : new Uint8Array(row * height);
  for (let y = 0; y < height; y++) {
    const start = ((top + y) * target.width + left) * pixels.channels;
    out.set(data.subarray(start, start + row), y * row);
  }
  return { ...pixels, width, height, data: out };
}

function resizedTo({ width, height }: Size, input: CardInput): Size {
  const shorter = input.resizeShorter;
  if (shorter === undefined) return { width: input.size[1], height: input.size[0] };
  // The longer side is cut down to a whole number, as torchvision's Resize does.
  return width <= height
    ? { width: shorter, height: Math.trunc((shorter * height) / width) }
    : { width: Math.trunc((shorter * width) / height), height: shorter };
}

/** n / 2, rounded half to even, as torchvision's CenterCrop places its window. */
function halfToEven(n: number): number {
  const half = Math.floor(n / 2);
  return n % 2 === 0 || half % 2 === 0 ? half : half + 1;
}
