/** Levels that a clipped histogram is compared with: TensorRT's and onnxruntime's number. */
const LEVELS = 128;

/**
 * The range that loses least information, exactly as onnxruntime.quantization's `get_entropy_threshold` chooses it: for each width, the
 * Kullback-Leibler divergence between the clipped histogram and the same merged into 128 levels (Migacz, "8-bit inference with TensorRT",
 * GTC 2017). Bins that do not fill a whole level count with the last one.
 * @param counts 2n bins of whole counts over [-T, T].
 * @returns how many bins below zero are kept, 64..n; above zero it is one more where there is one.
 */
export function entropyBins(counts: Float64Array): number {
  const zero = Math.floor(counts.length / 2);
  let best = zero;
  let least = Number.POSITIVE_INFINITY;
  const sums = prefixSums(counts);
  const total = sums.at(-1) ?? 0;
  for (let half = LEVELS / 2; half <= zero; half++) {
    const [start, end] = [zero - half, Math.min(zero + half + 1, counts.length)];
    const kept = counts.subarray(start, end);
    const clipped = kept.slice();
    clipped[0] = (clipped[0] ?? 0) + (sums[start] ?? 0);
    clipped[clipped.length - 1] = (clipped[clipped.length - 1] ?? 0) + total - (sums[end] ?? 0);
    const divergence = divergenceOf(smoothed(clipped), smoothed(levelled(kept, clipped)));
    if (divergence >= least) continue;
    least = divergence;
    best = half;
  }
  return best;
}

/** Each bin gets its level's count over the level's bins that hold anything, in whole numbers. */
function levelled(kept: Float64Array, clipped: Float64Array): Float64Array {
  const each = Math.floor(kept.length / LEVELS);
  const result = new Float64Array(kept.length);
  for (let level = 0; level < LEVELS; level++) {
    const start = level * each;
    let sum = 0;
    for (let bin = start; bin < (level === LEVELS - 1 ? kept.length : start + each); bin++) sum += kept[bin] ?? 0;
    let used = 0;
    for (let bin = start; bin < start + each; bin++) used += clipped[bin] === 0 ? 0 : 1;
    if (used > 0) result.fill(Math.floor(sum / used), start, start + each);
  }
  return result;
}

/** Empty bins get a little, taken evenly from the others; null where there is not enough to take. */
function smoothed(counts: Float64Array): Float64Array | null {
  const epsilon = 1e-4;
  let empty = 0;
  for (const count of counts) if (count === 0) empty += 1;
  const used = counts.length - empty;
  if (used === 0) return null;
  const taken = (epsilon * empty) / used;
  if (taken >= 1) return null;
  return counts.map((count) => (count === 0 ? epsilon : count - taken));
}

function divergenceOf(p: Float64Array | null, q: Float64Array | null): number {
  if (p === null || q === null) return Number.POSITIVE_INFINITY;
  let [sumP, sumQ] = [0, 0];
  for (let bin = 0; bin < p.length; bin++) {
    sumP += p[bin] ?? 0;
    sumQ += q[bin] ?? 0;
  }
  let divergence = 0;
  for (let bin = 0; bin < p.length; bin++) {
    const share = (p[bin] ?? 0) / sumP;
    divergence += share * Math.log(share / ((q[bin] ?? 0) / sumQ));
  }
  // A level whose bins are nearly empty may fall below zero by the smoothing.
  return Number.isNaN(divergence) ? Number.POSITIVE_INFINITY : divergence;
}

function prefixSums(counts: Float64Array): Float64Array {
  const sums = new Float64Array(counts.length + 1);
  for (let bin = 0; bin < counts.length; bin++) sums[bin + 1] = (sums[bin] ?? 0) + (counts[bin] ?? 0);
  return sums;
}
