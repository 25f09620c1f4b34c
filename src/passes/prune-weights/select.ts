import type { MagnitudeCut } from '../../compute/operations/magnitude-cut';

const float = new Float32Array(1);
const word = new Uint32Array(float.buffer);

/** Ranks 31-bit scores of one tensor; lower is cut first. The magnitude bits of a float order like the magnitude itself. */
export type Scores = (tensor: number) => Promise<Uint32Array>;

/**
 * The exact cut of the `count` lowest scores over tensors taken in order, by radix select in two passes (16 then 15 bits): one
 * tensor is in memory at a time, where `Compute.magnitudeCut` needs all. Ties are cut in order of tensor and index.
 * @param count 0..total
 */
export async function selectCut(tensors: number, scores: Scores, count: number): Promise<MagnitudeCut> {
  const high = new Float64Array(1 << 16);
  for (let t = 0; t < tensors; t++) for (const s of await scores(t)) bump(high, s >>> 15);
  const total = high.reduce((sum, n) => sum + n, 0);
  if (count >= total) return { bits: 0x7fffffff, threshold: Number.POSITIVE_INFINITY, tieTensor: tensors, tieIndex: 0, count: total };
  const top = findBucket(high, count);
  const low = new Float64Array(1 << 15);
  const perTensor: Uint32Array[] = [];
  for (let t = 0; t < tensors; t++) {
    const own = new Uint32Array(1 << 15);
    for (const s of await scores(t)) if (s >>> 15 === top.bucket) bump(own, s & 0x7fff);
    for (let k = 0; k < own.length; k++) low[k] = (low[k] ?? 0) + (own[k] ?? 0);
    perTensor.push(own);
  }
  const end = findBucket(low, count - top.below);
  const bits = top.bucket * (1 << 15) + end.bucket;
  let ties = count - top.below - end.below;
  let tieTensor = 0;
  while (tieTensor < tensors && ties >= (perTensor[tieTensor]?.[end.bucket] ?? 0)) ties -= perTensor[tieTensor++]?.[end.bucket] ?? 0;
  let tieIndex = 0;
  if (tieTensor < tensors && ties > 0) {
    const last = await scores(tieTensor);
    for (; ties > 0; tieIndex++) if (last[tieIndex] === bits) ties--;
  }
  word[0] = bits;
  return { bits, threshold: float[0] ?? 0, tieTensor, tieIndex, count };
}

/** Whether the cut takes element (tensor, index) with this score. */
export function isCut(cut: MagnitudeCut, tensor: number, index: number, score: number): boolean {
  if (score !== cut.bits) return score < cut.bits;
  return tensor < cut.tieTensor || (tensor === cut.tieTensor && index < cut.tieIndex);
}

/** Magnitude bits of float32 values: bitcast<u32>(|w|). */
export function magnitudeBits(values: Float32Array): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, values.length).map((bits) => bits & 0x7fffffff);
}

/**
 * Reproducible pseudo-random scores of a tensor's elements: FNV-1a of its name mixed with the index by murmur3's finalizer.
 * They depend on nothing else, so that a higher sparsity cuts all that a lower one does.
 */
export function randomScores(name: string, length: number): Uint32Array {
  let seed = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) seed = Math.imul(seed ^ name.charCodeAt(i), 0x01000193);
  const scores = new Uint32Array(length);
  for (let i = 0; i < length; i++) {
    let h = seed ^ Math.imul(i + 1, 0x9e3779b1);
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    scores[i] = (h ^ (h >>> 16)) >>> 1;
  }
  return scores;
}

function bump(counts: Float64Array | Uint32Array, at: number): void {
  counts[at] = (counts[at] ?? 0) + 1;
}

/** The first bucket by which more than `count` have been seen, and how many come before it. There must be more than `count`. */
function findBucket(counts: Float64Array, count: number): { bucket: number; below: number } {
  let below = 0;
  let bucket = 0;
  for (; bucket < counts.length - 1 && below + (counts[bucket] ?? 0) <= count; bucket++) below += counts[bucket] ?? 0;
  return { bucket, below };
}
