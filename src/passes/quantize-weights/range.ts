import { clipErrors } from '../../compute/operations/clip-errors';
import type { Ranges } from '../../compute/operations/ranges';
import type { Grid } from '../../base/grids';
import type { Compute, Handle } from '../../compute/types';
import { elementsByGroup } from './groups';
import { scaleGrid } from './grid';

/** Coarse clip ratios 1, 0.9, 0.81 ... 0.9^15 = 0.21: the optimum of a 2-bit grid on a long-tailed tensor still lies inside. */
const STEP = 0.9;
const COARSE = Float32Array.from({ length: 16 }, (_, k) => STEP ** k);
/** Fine ratios from one coarse step above the best to one below. */
const FINE = Float32Array.from({ length: 16 }, (_, k) => 1 - (k / 15) * (1 - STEP ** 2));

/**
 * The grid whose scales give each group the least squared error, among 32 clip ratios of its min-max scale: 16 coarse ones, then
 * 16 round the best. With `trySign` the 16 fine ones are also tried with the negated scale, so that a symmetric grid's code
 * -2^(b-1), which has no positive twin, may serve either tail. Source: minimum mean-squared-error clipping, Nagel et al. 2021
 * (arXiv 2106.08295, 3.1).
 */
export async function leastErrorGrid(compute: Compute, w: Handle, grid: Grid, trySign: boolean): Promise<Grid> {
  const coarse = await bestRatios(compute, w, grid, COARSE);
  // The fine base may not pass the min-max scale: a larger one only coarsens the grid.
  const base = scaleGrid(
    grid,
    coarse.ratios.map((r) => Math.min(1, r / STEP)),
  );
  const signed = trySign && grid.qMin < 0 ? [scaleGrid(base, new Float32Array(base.scales.length).fill(-1))] : [];
  const candidates = [coarse, ...(await Promise.all([base, ...signed].map((each) => bestRatios(compute, w, each, FINE))))];
  const scales = grid.scales.map((scale, g) => {
    let best = Number.POSITIVE_INFINITY;
    let chosen = scale;
    for (const { scales: found, errors } of candidates) {
      // Only a real gain counts: of equal errors the wider range, and the positive scale, stay.
      if ((errors[g] ?? 0) >= best * (1 - 1e-6)) continue;
      best = errors[g] ?? 0;
      chosen = found[g] ?? scale;
    }
    return chosen;
  });
  return { ...grid, scales };
}

interface Best {
  readonly ratios: Float32Array;
  /** The grid's scales times the ratios. */
  readonly scales: Float32Array;
  readonly errors: Float32Array;
}

async function bestRatios(compute: Compute, w: Handle, grid: Grid, candidates: Float32Array): Promise<Best> {
  const all = await compute.run(clipErrors, w, grid, candidates);
  const ratios = new Float32Array(grid.scales.length).fill(1);
  const errors = new Float32Array(grid.scales.length);
  for (let g = 0; g < errors.length; g++) {
    let best = Number.POSITIVE_INFINITY;
    for (let k = 0; k < candidates.length; k++) {
      const error = all[g * candidates.length + k] ?? Number.POSITIVE_INFINITY;
      // Strictly less: of equal errors the largest range wins, which is the min-max one for a group of zeros.
      if (error >= best) continue;
      best = error;
      ratios[g] = candidates[k] ?? 1;
    }
    errors[g] = best;
  }
  return { ratios, scales: scaleGrid(grid, ratios).scales, errors };
}

/**
 * Ranges narrowed so that `percent` of each group's non-zero magnitudes lie inside: both ends are clipped to their type-7 quantile.
 * Zeros are left out, or the range of a pruned group would shrink to nothing. Exact, by sorting each group: the layer's values
 * pass through main memory.
 * @param percent 90..100
 */
export async function percentileRanges(
  compute: Compute,
  w: Handle,
  grid: Pick<Grid, 'groups'>,
  ranges: Ranges,
  percent: number,
): Promise<Ranges> {
  const values = await compute.download(w);
  const min = ranges.min.slice();
  const max = ranges.max.slice();
  for (const [group, elements] of elementsByGroup(grid.groups)) {
    const magnitudes = Float32Array.from(elements, (e) => Math.abs(values[e] ?? 0))
      .filter((m) => m > 0)
      .toSorted();
    if (magnitudes.length === 0) continue;
    const position = (percent / 100) * (magnitudes.length - 1);
    const below = Math.floor(position);
    const a = magnitudes[below] ?? 0;
    const b = magnitudes[Math.min(below + 1, magnitudes.length - 1)] ?? 0;
    const limit = a + (b - a) * (position - below);
    min[group] = Math.max(min[group] ?? 0, -limit);
    max[group] = Math.min(max[group] ?? 0, limit);
  }
  return { min, max };
}
