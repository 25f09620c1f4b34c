/**
 * Bilinear resize with antialiasing, bit for bit as Pillow does it (Image.resize, BILINEAR): a triangle as wide as the shrink
 * factor, weights in 22-bit fixed point, rows first, each pass rounded to bytes. Models were judged on pixels made so; a canvas
 * gives other ones in every browser.
 */
export function resizeBilinear(data: Uint8Array | Uint8ClampedArray, from: Size, to: Size, channels: number): Uint8Array {
  const rows = from.width === to.width ? data : alongWidth(data, from, to.width, channels);
  return from.height === to.height ? Uint8Array.from(rows) : alongHeight(rows, from.height, to, channels);
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

const PRECISION = 22;
const HALF = 2 ** (PRECISION - 1);

interface Taps {
  /** First input sample of each output sample. */
  readonly first: Int32Array;
  /** How many input samples each output sample has. */
  readonly count: Int32Array;
  /** `stride` weights an output sample. */
  readonly weights: Int32Array;
  readonly stride: number;
}

function tapsOf(input: number, output: number): Taps {
  const scale = input / output;
  const support = Math.max(scale, 1);
  const stride = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(output);
  const count = new Int32Array(output);
  const weights = new Int32Array(output * stride);
  for (let at = 0; at < output; at++) {
    const centre = (at + 0.5) * scale;
    const low = Math.max(0, Math.trunc(centre - support + 0.5));
    const n = Math.min(input, Math.trunc(centre + support + 0.5)) - low;
    const triangle = Array.from({ length: n }, (_, k) => Math.max(0, 1 - Math.abs((k + low - centre + 0.5) / support)));
    const sum = triangle.reduce((a, b) => a + b, 0);
    first[at] = low;
    count[at] = n;
    for (const [k, weight] of triangle.entries()) weights[at * stride + k] = Math.trunc(0.5 + (weight / sum) * 2 ** PRECISION);
  }
  return { first, count, weights, stride };
}

function alongWidth(data: ArrayLike<number>, from: Size, width: number, channels: number): Uint8Array {
  const { first, count, weights, stride } = tapsOf(from.width, width);
  const out = new Uint8Array(width * from.height * channels);
  for (let y = 0; y < from.height; y++) {
    for (let x = 0; x < width; x++) {
      const n = count[x] ?? 0;
      const weight = x * stride;
      const start = (y * from.width + (first[x] ?? 0)) * channels;
      for (let c = 0; c < channels; c++) {
        let sum = HALF;
        for (let k = 0, at = start + c; k < n; k++, at += channels) sum = (sum + Math.imul(data[at] ?? 0, weights[weight + k] ?? 0)) | 0;
        out[(y * width + x) * channels + c] = sum >> PRECISION;
      }
    }
  }
  return out;
}

function alongHeight(data: ArrayLike<number>, height: number, to: Size, channels: number): Uint8Array {
  const { first, count, weights, stride } = tapsOf(height, to.height);
  const row = to.width * channels;
  const out = new Uint8Array(row * to.height);
  for (let y = 0; y < to.height; y++) {
    const n = count[y] ?? 0;
    const start = (first[y] ?? 0) * row;
    for (let i = 0; i < row; i++) {
      let sum = HALF;
      for (let k = 0; k < n; k++) sum = (sum + Math.imul(data[start + k * row + i] ?? 0, weights[y * stride + k] ?? 0)) | 0;
      out[y * row + i] = sum >> PRECISION;
    }
  }
  return out;
}
