import { resizeBilinear } from './resize';
import type { Pixels } from './source';

/** A small picture to show, RGBA. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray<ArrayBuffer>;
}

/**
 * The sample as a person sees it: its longer side is `size` pixels, or as stored where it is smaller. Values that are no bytes are spread
 * from their least (black) to their largest (white).
 */
export function pictureOf(pixels: Pixels, size: number): Picture {
  const bytes = pixels.data instanceof Float32Array ? spread(pixels.data) : pixels.data;
  const shrink = Math.min(1, size / Math.max(pixels.width, pixels.height));
  const to = { width: Math.max(1, Math.round(pixels.width * shrink)), height: Math.max(1, Math.round(pixels.height * shrink)) };
  const small = resizeBilinear(bytes, pixels, to, pixels.channels);
  const data = new Uint8ClampedArray(to.width * to.height * 4).fill(255);
  for (let i = 0; i < to.width * to.height; i++) {
    for (let c = 0; c < 3; c++) data[i * 4 + c] = small[i * pixels.channels + (pixels.channels === 1 ? 0 : c)] ?? 0;
    if (pixels.channels === 4) data[i * 4 + 3] = small[i * 4 + 3] ?? 255;
  }
  return { ...to, data };
}

function spread(values: Float32Array): Uint8Array {
  let [low, high] = [Infinity, -Infinity];
  for (const v of values) {
    if (v < low) low = v;
    if (v > high) high = v;
  }
  const scale = high > low ? 255 / (high - low) : 0;
  return Uint8Array.from(values, (v) => Math.round((v - low) * scale));
}
