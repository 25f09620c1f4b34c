import { blocksPerChannel, type Grid, type Groups } from '../../base/grids';
import { roundScalesToHalf } from '../encode/scales';

export interface Quantized {
  readonly grid: Grid;
  readonly codes: Uint8Array<ArrayBuffer>;
  /** What the codes stand for, computed one by one in float32. */
  readonly values: Float32Array<ArrayBuffer>;
}

/** Min-max quantization, slow and obvious: what a decoder must undo. */
export function quantize(weights: Float32Array, groups: Groups, bits: number, symmetric: boolean): Quantized {
  const blocks = blocksPerChannel(groups);
  const groupOf = (e: number): number => {
    const o = Math.floor(e / (groups.channels * groups.inner));
    const c = Math.floor(e / groups.inner) % groups.channels;
    return c * blocks + Math.floor((o * groups.inner + (e % groups.inner)) / groups.block);
  };
  const count = groups.channels * blocks;
  const low = new Float64Array(count);
  const high = new Float64Array(count);
  for (const [e, w] of weights.entries()) {
    const g = groupOf(e);
    low[g] = Math.min(low[g] ?? 0, w);
    high[g] = Math.max(high[g] ?? 0, w);
  }
  const steps = symmetric ? 2 ** (bits - 1) - 1 : 2 ** bits - 1;
  const exact = Float32Array.from(low, (lo, g) => (symmetric ? Math.max(-lo, high[g] ?? 0) : (high[g] ?? 0) - lo) / steps || 1);
  const scales = roundScalesToHalf(exact) ?? exact;
  const [qMin, qMax] = symmetric ? [-(2 ** (bits - 1)), steps] : [0, steps];
  const clamp = (code: number): number => Math.min(qMax, Math.max(qMin, Math.round(code)));
  const zeroPoints = Int32Array.from(low, (lo, g) => (symmetric ? 0 : clamp(-lo / (scales[g] ?? 1))));
  const codes = new Uint8Array(weights.length);
  const values = Float32Array.from(weights, (w, e) => {
    const g = groupOf(e);
    const [scale, zero] = [scales[g] ?? 1, zeroPoints[g] ?? 0];
    const code = clamp(w / scale + zero);
    codes[e] = code;
    return (code - zero) * scale;
  });
  return { grid: { groups, bits, qMin, qMax, scales, zeroPoints }, codes, values };
}

/** The three granularities for a layer's view. */
export function groupsFor(view: Omit<Groups, 'block'>, granularity: 'tensor' | 'channel' | number): Groups {
  const size = view.outer * view.inner;
  if (granularity === 'tensor') return { outer: 1, channels: 1, inner: size * view.channels, block: size * view.channels };
  return { ...view, block: granularity === 'channel' ? size : Math.min(granularity, size) };
}
