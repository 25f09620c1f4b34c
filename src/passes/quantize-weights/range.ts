import type { Compute, Grid, Handle, Ranges } from '../../compute/types';
import { forEachGroup } from './groups';
import { scaleGrid } from './grid';

/** Coarse clip ratios 1, 0.9, 0.81 ... 0.9^15 = 0.21: the optimum of a 2-bit grid on a long-tailed tensor still lies inside. */
const STEP = 0.9;
const COARSE = Float32Array.from({ length: 16 }, (_, k) => STEP ** k);
/** Fine ratios from one coarse step above the best to one below. */
const FINE = Float32Array.from({ length: 16 }, (_, k) => 1 - (k / 15) * (1 - STEP ** 2));

/**
 * The grid whose scales give each group the least squared error, among 32 clip ratios of its min-max scale: 16 coarse ones, then
 * 16 round the best. With `trySign` a symmetric grid is also tried with the negated scale, so that the code -2^(b-1), which has
 * no positive twin, may serve either tail. Source: minimum mean-squared-error clipping, Nagel et al. 2021 (arXiv 2106.08295, 3.1).
 */
export async function leastErrorGrid(compute: Compute, w: Handle, grid: Grid, trySign: boolean): Promise<Grid> {
  const positive = await searchScales(compute, w, grid);
  if (!trySign || grid.qMin === 0) return { ...grid, scales: positive.scales };
  const negative = await searchScales(compute, w, { ...grid, scales: grid.scales.map((s) => -s) });
  // The sign is only turned for a real gain: equal errors keep the usual positive scale.
  const scales = positive.scales.map((s, g) => ((negative.errors[g] ?? 0) < (positive.errors[g] ?? 0) * (1 - 1e-6) ? (negative.scales[g] ?? s) : s));
  return { ...grid, scales };
}

interface Found {
  readonly scales: Float32Array;
  readonly errors: Float32Array;
}

async function searchScales(compute: Compute, w: Handle, grid: Grid): Promise<Found> {
  const coarse = await bestRatios(compute, w, grid, COARSE);
  // The fine base may not pass the min-max scale: a larger one only coarsens the grid.
  const base = scaleGrid(grid, coarse.ratios.map((r) => Math.min(1, r / STEP)));
  const fine = await bestRatios(compute, w, base, FINE);
  const scales = grid.scales.map((s, g) =>
    (fine.errors[g] ?? 0) < (coarse.errors[g] ?? 0) ? (base.scales[g] ?? s) * (fine.ratios[g] ?? 1) : s * (coarse.ratios[g] ?? 1),
  );
  return { scales, errors: coarse.errors.map((e, g) => Math.min(e, fine.errors[g] ?? e)) };
}

async function bestRatios(compute: Compute, w: Handle, grid: Grid, candidates: Float32Array): Promise<{ ratios: Float32Array; errors: Float32Array }> {
  const all = await compute.clipErrors(w, grid, candidates);
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
  return { ratios, errors };
}

/**
 * Ranges narrowed so that `percent` of each group's non-zero magnitudes lie inside: both ends are clipped to their type-7 quantile.
 * Zeros are left out, or the range of a pruned group would shrink to nothing. Exact, by sorting each group: one layer's values
 * pass through main memory.
 * @param percent 90..100
 */
export async function percentileRanges(compute: Compute, w: Handle, grid: Pick<Grid, 'groups'>, ranges: Ranges, percent: number): Promise<Ranges> {
  const values = await compute.download(w);
  const min = ranges.min.slice();
  const max = ranges.max.slice();
  forEachGroup(grid.groups, (group, elements) => {
    const magnitudes = Float32Array.from(elements, (e) => Math.abs(values[e] ?? 0))
      .filter((m) => m > 0)
      .toSorted();
    if (magnitudes.length === 0) return;
    const position = (percent / 100) * (magnitudes.length - 1);
    const below = Math.floor(position);
    const a = magnitudes[below] ?? 0;
    const b = magnitudes[Math.min(below + 1, magnitudes.length - 1)] ?? 0;
    const limit = a + (b - a) * (position - below);
    min[group] = Math.max(min[group] ?? 0, -limit);
    max[group] = Math.min(max[group] ?? 0, limit);
  });
  return { min, max };
}
