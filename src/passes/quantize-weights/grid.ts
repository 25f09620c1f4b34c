import { newFloats, type FloatMaker } from '../../base/scratch';
import type { Ranges } from '../../compute/operations/ranges';
import type { Grid, Groups } from '../../base/grids';
import { roundScalesToHalf } from '../../onnx/encode/scales';
import type { Storage } from '../../onnx/types';

/** Lowest and highest code of a b-bit grid: two's complement when symmetric, else unsigned. */
export function codeLimits(bits: number, symmetric: boolean): { qMin: number; qMax: number } {
  return symmetric ? { qMin: -(2 ** (bits - 1)), qMax: 2 ** (bits - 1) - 1 } : { qMin: 0, qMax: 2 ** bits - 1 };
}

/**
 * The min-max grid of each group, with zero on the grid (Nagel et al. 2021, arXiv 2106.08295, 2). Symmetric: s = max|w| / (2^(b-1) - 1), z
 * = 0. Asymmetric: the range is widened to hold zero, s = (max - min) / (2^b - 1), z = round(-min / s). A group of zeros has s = 1.
 */
export function gridFromRanges(ranges: Ranges, groups: Groups, bits: number, symmetric: boolean): Grid {
  const { qMin, qMax } = codeLimits(bits, symmetric);
  const count = ranges.min.length;
  const scales = new Float32Array(count);
  const zeroPoints = new Int32Array(count);
  for (let g = 0; g < count; g++) {
    const low = Math.min(ranges.min[g] ?? 0, 0);
    const high = Math.max(ranges.max[g] ?? 0, 0);
    const width = symmetric ? Math.max(-low, high) : high - low;
    const scale = Math.fround(width / qMax);
    // A width so small that the scale is not a normal float cannot be divided by; its weights are zero in all but name.
    scales[g] = scale < SMALLEST_NORMAL ? 1 : scale;
    if (!symmetric) zeroPoints[g] = clamp(Math.round(-low / (scales[g] ?? 1)), qMin, qMax);
  }
  return { groups, bits, qMin, qMax, scales, zeroPoints };
}

/** The grid with every group's scale multiplied by its own factor; zero points stay. */
export function scaleGrid(grid: Grid, factors: Float32Array): Grid {
  return { ...grid, scales: grid.scales.map((s, g) => s * (factors[g] ?? 1)) };
}

/**
 * The grid with its scales as they will be stored, which codes must be chosen for: packed files keep them in two bytes where float16 holds
 * them.
 */
export function storedGrid(grid: Grid, storage: Storage): Grid {
  const halves = storage === 'packed' ? roundScalesToHalf(grid.scales) : null;
  return halves === null ? grid : { ...grid, scales: halves };
}

/** The values of codes on a grid, (code - zeroPoint) * scale in float32: what `Compute.quantize` gives for the same codes. */
export function decodeCodes(codes: Uint8Array, grid: Grid, make: FloatMaker = newFloats): Float32Array<ArrayBuffer> {
  const { outer, channels, inner, block } = grid.groups;
  const values = make(codes.length);
  const perChannel = block === 0 ? 0 : Math.ceil((outer * inner) / block);
  const signed = grid.qMin < 0;
  let e = 0;
  for (let o = 0; o < outer; o++) {
    for (let c = 0; c < channels; c++) {
      for (let i = 0; i < inner; i++, e++) {
        const group = c * perChannel + Math.floor((o * inner + i) / block);
        const byte = codes[e] ?? 0;
        const code = signed ? (byte << 24) >> 24 : byte;
        values[e] = (code - (grid.zeroPoints[group] ?? 0)) * (grid.scales[group] ?? 1);
      }
    }
  }
  return values;
}

const SMALLEST_NORMAL = 2 ** -126;

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
