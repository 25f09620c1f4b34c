import { createYielder } from '../../base/yielder';
import type { Grid } from '../../base/grids';
import type { Compute, Handle } from '../../compute/types';
import { elementsByGroup } from './groups';

/** The norm whose sum |error|^P is made small: below 1 a few large errors count for little. */
export const P = 0.7;
const ITERATIONS = 20;
/** How closely the shrunken errors follow the errors, in steps of the grid, and its growth by iteration. */
const BETA = 4;
const GROWTH = 1.01;

/**
 * The grid that half-quadratic splitting finds (HQQ, Badri & Shaji 2023, https://mobiusml.github.io/hqq_blog/), without data. In turns,
 * errors are shrunk, E = sign(e) max(0, |e| - |e|^(P-1) / beta), and the grid becomes the least squares fit of the weights less E for their
 * codes. Other than there: zero points are whole, as files store them, so the scale is fitted too, and alone where the grid is symmetric;
 * errors are measured in steps, so that beta means the same for every layer; and each group keeps the grid with the least sum |e|^P of all
 * that were seen, the starting ones included.
 * @param starts grids of one kind; each group goes on from the best of them.
 */
export async function halfQuadraticGrid(
  compute: Compute,
  w: Handle,
  starts: readonly [Grid, ...Grid[]],
  signal: AbortSignal,
): Promise<Grid> {
  const [grid] = starts;
  const all = await compute.download(w);
  const scales = grid.scales.slice();
  const zeroPoints = grid.zeroPoints.slice();
  const yieldTurn = createYielder();
  for (const [group, elements] of elementsByGroup(grid.groups)) {
    await yieldTurn();
    signal.throwIfAborted();
    const values = Float32Array.from(elements, (e) => all[e] ?? 0);
    const lines = starts.map((start) => ({ scale: start.scales[group] ?? 1, zero: start.zeroPoints[group] ?? 0 }));
    const { scale, zero } = bestLine(values, lines, grid);
    scales[group] = scale;
    zeroPoints[group] = zero;
  }
  return { ...grid, scales, zeroPoints };
}

/** Scale and zero point of a group. */
interface Line {
  readonly scale: number;
  readonly zero: number;
}

type Limits = Pick<Grid, 'qMin' | 'qMax'>;

function bestLine(values: Float32Array, starts: readonly Line[], limits: Limits): Line {
  let best: Line = { scale: 1, zero: 0 };
  let least = Number.POSITIVE_INFINITY;
  const consider = (line: Line): void => {
    const error = lpError(values, line, limits);
    if (error >= least) return;
    least = error;
    best = line;
  };
  for (const start of starts) consider(start);
  let line = best;
  for (let k = 0; k < ITERATIONS; k++) {
    const next = refit(values, line, limits, BETA * GROWTH ** k);
    if (next === null || (next.scale === line.scale && next.zero === line.zero)) break;
    line = next;
    consider(line);
  }
  return best;
}

/** Sum of |error|^P of values on the nearest codes. */
function lpError(values: Float32Array, { scale, zero }: Line, { qMin, qMax }: Limits): number {
  let sum = 0;
  for (const value of values) {
    const code = Math.min(qMax, Math.max(qMin, Math.round(value / scale) + zero));
    sum += Math.abs(value - (code - zero) * scale) ** P;
  }
  return sum;
}

/** One turn; null where the codes leave nothing to fit. */
function refit(values: Float32Array, { scale, zero }: Line, { qMin, qMax }: Limits, beta: number): Line | null {
  const codes = values.map((value) => Math.min(qMax, Math.max(qMin, Math.round(value / scale) + zero)));
  const targets = values.map((value, i) => {
    const error = value / scale - ((codes[i] ?? 0) - zero);
    const size = Math.abs(error);
    // An error of 0 shrinks to 0: its power alone would be infinite.
    const left = size === 0 ? 0 : Math.max(0, size - size ** (P - 1) / beta);
    return value - Math.sign(error) * left * scale;
  });
  const symmetric = qMin < 0;
  const shift = codes.reduce((sum, code, i) => sum + code - (targets[i] ?? 0) / scale, 0) / values.length;
  const moved = symmetric ? zero : Math.min(qMax, Math.max(qMin, Math.round(shift)));
  let [products, squares] = [0, 0];
  for (const [i, code] of codes.entries()) {
    products += (code - moved) * (targets[i] ?? 0);
    squares += (code - moved) ** 2;
  }
  const fitted = Math.fround(products / squares);
  // A scale that vanishes or turns round is no fit of these codes.
  return squares > 0 && fitted / scale > 0.1 ? { scale: fitted, zero: moved } : null;
}
