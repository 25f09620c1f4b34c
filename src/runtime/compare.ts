import { toFloat64 } from './tensors';
import type { HostTensor } from './types';

export interface Difference {
  /** Largest |a - b| over all outputs; Infinity where one side is not finite and the other differs. */
  readonly maxAbs: number;
  /** Largest |a - b| of an output over the range (max - min) of its reference, the worst output: what a tolerance is held to. */
  readonly relative: number;
  /** 10 log10(sum ref^2 / sum (ref - b)^2) over all outputs; null where they are equal. */
  readonly sqnrDb: number | null;
  /** The output with the largest relative error. */
  readonly worst: string;
}

type Outputs = Readonly<Record<string, HostTensor>>;

/**
 * Compares named outputs in float64. Strings must be equal. An output that is missing or has another size differs infinitely.
 * A constant reference output is compared by its magnitude instead of its range.
 */
export function compareOutputs(reference: Outputs, other: Outputs): Difference {
  let maxAbs = 0;
  let relative = 0;
  let signal = 0;
  let noise = 0;
  let worst = '';
  for (const [name, tensor] of Object.entries(reference)) {
    const d = compareTensor(tensor, other[name]);
    signal += d.signal;
    noise += d.noise;
    maxAbs = Math.max(maxAbs, d.maxAbs);
    const rel = d.maxAbs === 0 ? 0 : d.maxAbs / d.range;
    if (worst === '' || rel > relative) worst = name;
    relative = Math.max(relative, rel);
  }
  return { maxAbs, relative, sqnrDb: noise === 0 ? null : 10 * Math.log10(signal / noise), worst };
}

/** As `compareOutputs`, over several runs: the worst of them. SQNR is that of the worst, too. */
export function compareAll(reference: readonly Outputs[], other: readonly Outputs[]): Difference {
  return reference.map((outputs, i) => compareOutputs(outputs, other[i] ?? {})).reduce((a, b) => (b.relative > a.relative ? b : a));
}

/** Outputs that hold NaN or infinity in some run, with the number of such values on either side. */
export function countNonFinite(before: readonly Outputs[], after: readonly Outputs[]): { output: string; before: number; after: number }[] {
  const counts = new Map<string, { before: number; after: number }>();
  const count = (runs: readonly Outputs[], side: 'before' | 'after'): void => {
    for (const outputs of runs) {
      for (const [name, tensor] of Object.entries(outputs)) {
        const bad = toFloat64(tensor)?.reduce((n, value) => (Number.isFinite(value) ? n : n + 1), 0) ?? 0;
        if (bad === 0) continue;
        const entry = counts.get(name) ?? { before: 0, after: 0 };
        entry[side] += bad;
        counts.set(name, entry);
      }
    }
  };
  count(before, 'before');
  count(after, 'after');
  return [...counts].map(([output, { before: a, after: b }]) => ({ output, before: a, after: b }));
}

function compareTensor(
  reference: HostTensor,
  other: HostTensor | undefined,
): { maxAbs: number; range: number; signal: number; noise: number } {
  const a = toFloat64(reference);
  const b = other ? toFloat64(other) : null;
  if (!a || !b) {
    const same = !a && Array.isArray(reference.data) && other !== undefined && String(reference.data) === String(other.data);
    return { maxAbs: same ? 0 : Infinity, range: 1, signal: 0, noise: 0 };
  }
  if (a.length !== b.length) return { maxAbs: Infinity, range: 1, signal: 0, noise: Infinity };
  let [maxAbs, signal, noise, low, high, magnitude] = [0, 0, 0, Infinity, -Infinity, 0];
  for (let i = 0; i < a.length; i++) {
    const x = a[i] ?? 0;
    const y = b[i] ?? 0;
    if (Object.is(x, y) || x === y) {
      if (Number.isFinite(x)) signal += x * x;
    } else if (Number.isFinite(x) && Number.isFinite(y)) {
      maxAbs = Math.max(maxAbs, Math.abs(x - y));
      signal += x * x;
      noise += (x - y) * (x - y);
    } else {
      maxAbs = Infinity;
      noise = Infinity;
    }
    if (!Number.isFinite(x)) continue;
    low = Math.min(low, x);
    high = Math.max(high, x);
    magnitude = Math.max(magnitude, Math.abs(x));
  }
  return { maxAbs, range: (high > low ? high - low : magnitude) || 1, signal, noise };
}
