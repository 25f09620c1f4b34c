import type { Range } from './range';

/** An 8-bit grid of activations: value = (code - zeroPoint) * scale. */
export interface ActivationGrid {
  readonly scale: number;
  readonly zeroPoint: number;
  readonly signed: boolean;
}

const STEPS = 255;

/**
 * The 8-bit grid of a range, zero on it. uint8: codes 0..255; int8: -128..127. A range that starts or ends at zero is not left on its other
 * end, so that onnxruntime sees that the grid does the clipping of a Relu or Clip.
 */
export function activationGrid({ low, high }: Range, signed: boolean): ActivationGrid {
  const lowest = signed ? -128 : 0;
  let scale = Math.fround((high - low) / STEPS);
  if (scale < SMALLEST_NORMAL) return { scale: 1, zeroPoint: lowest, signed };
  if (Math.fround(scale * STEPS) > high - low) scale = below(scale);
  return { scale, zeroPoint: lowest + Math.min(Math.max(Math.round(-low / scale), 0), STEPS), signed };
}

/** The next smaller float32. */
function below(value: number): number {
  const bits = new Uint32Array(Float32Array.of(value).buffer);
  bits[0] = (bits[0] ?? 1) - 1;
  return new Float32Array(bits.buffer)[0] ?? value;
}

const SMALLEST_NORMAL = 2 ** -126;
