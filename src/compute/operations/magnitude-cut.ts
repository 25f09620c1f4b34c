import type { Device, Handle, Kernel, Operation } from '../types';
import { COUNT_KERNEL, countBelowBits } from './count-below';
import { ABOVE_ALL, floatOfBits, magnitudeBits } from './shared/magnitude';
import { SHARE_OF_WORKGROUP } from './shared/share';

/**
 * Exact magnitude cut over tensors taken in order: element (t, i) is cut when |w| bits < `bits`, or when they are equal and
 * (t, i) comes before (tieTensor, tieIndex). So exactly `count` elements are cut.
 */
export interface MagnitudeCut {
  /** bitcast<u32>(|w|) of the first kept magnitude. */
  readonly bits: number;
  /** The same as a float, for display: the prune threshold. */
  readonly threshold: number;
  readonly tieTensor: number;
  readonly tieIndex: number;
  readonly count: number;
}

/** One pass of the select: keys are magnitudes' bits, or indices of elements of one magnitude. */
interface Keys {
  readonly kernel: Kernel;
  /** From the highest to the lowest. */
  readonly digits: readonly { readonly shift: number; readonly bits: number }[];
}

const SOURCE = ['prelude/linear', 'radix-histogram'] as const;
const MAGNITUDES: Keys = {
  kernel: { name: 'radix-histogram', source: SOURCE, constants: { by_index: 0 } },
  digits: [
    { shift: 20, bits: 11 },
    { shift: 9, bits: 11 },
    { shift: 0, bits: 9 },
  ],
};
const INDICES: Keys = {
  kernel: { name: 'radix-histogram', source: SOURCE, constants: { by_index: 1 } },
  digits: [
    { shift: 21, bits: 11 },
    { shift: 10, bits: 11 },
    { shift: 0, bits: 10 },
  ],
};

/**
 * Exact cut of the `count` smallest magnitudes over all tensors together (0 <= count <= total). On a GPU by radix select: the wanted rank
 * is narrowed digit by digit, one histogram over all tensors a digit, so that nothing is sorted or read back. Ties are ranked by tensor,
 * then by index.
 */
export const magnitudeCut: Operation<[tensors: readonly Handle[], count: number], MagnitudeCut> = {
  kernels: [MAGNITUDES.kernel, INDICES.kernel, COUNT_KERNEL],
  compiled: 'at-start',
  cpu: (host, tensors, count) =>
    magnitudeCutOf(
      tensors.map((w) => host.valuesOf(w)),
      count,
    ),
  async gpu(device, tensors, count) {
    const total = tensors.reduce((sum, w) => sum + w.length, 0);
    if (count >= total) return cutOfAll(count);
    const { key: bits, rank: ties } = await select(device, tensors, count, MAGNITUDES, 0);
    // `ties` elements of exactly this magnitude are cut: find the tensor, then the index, of the first that is kept.
    let rest = ties;
    for (const [tieTensor, equal] of (await countEqual(device, tensors, bits)).entries()) {
      const tensor = tensors[tieTensor];
      if (tensor && rest < equal) {
        const { key: tieIndex } = await select(device, [tensor], rest, INDICES, bits);
        return { bits, threshold: floatOfBits(bits), tieTensor, tieIndex, count };
      }
      rest -= equal;
    }
    throw new Error('The radix select found a magnitude that no tensor holds.');
  },
};

/** A threshold above every float, so that no tie is left. */
function cutOfAll(count: number): MagnitudeCut {
  return { bits: ABOVE_ALL, threshold: Number.POSITIVE_INFINITY, tieTensor: 0, tieIndex: 0, count };
}

/** Elements of each tensor whose magnitude has exactly these bits. */
function countEqual(device: Device, tensors: readonly Handle[], bits: number): Promise<number[]> {
  const counts = tensors.map(async (w) => {
    const [upTo, below] = await Promise.all([countBelowBits(device, [w], bits + 1), countBelowBits(device, [w], bits)]);
    return upTo - below;
  });
  return Promise.all(counts);
}

interface Selected {
  readonly key: number;
  /** Among equal keys. */
  readonly rank: number;
}

/** The key of rank `rank` (from 0). @param tieBits magnitude of the elements whose indices are ranked. */
async function select(device: Device, tensors: readonly Handle[], rank: number, keys: Keys, tieBits: number): Promise<Selected> {
  const { kernel, digits } = keys;
  let key = 0;
  let rest = rank;
  let knownShift = 32;
  for (const { shift, bits } of digits) {
    const bins = 2 ** bits;
    const result = device.scratch(bins * 4);
    for (const w of tensors) {
      const words = Uint32Array.of(w.length, knownShift, key, shift, bins - 1, tieBits, SHARE_OF_WORKGROUP);
      device.dispatch(kernel, words, [w, result], { workgroups: Math.ceil(w.length / SHARE_OF_WORKGROUP) });
    }
    const counts = new Uint32Array(await device.read(result, bins * 4));
    let digit = 0;
    while (digit < counts.length - 1 && rest >= (counts[digit] ?? 0)) rest -= counts[digit++] ?? 0;
    key = key * bins + digit;
    knownShift = shift;
  }
  return { key, rank: rest };
}

/** Sorts all magnitudes, reads the threshold, then walks the ties in order. */
export function magnitudeCutOf(tensors: readonly Float32Array[], count: number): MagnitudeCut {
  const sorted = new Uint32Array(tensors.reduce((sum, w) => sum + w.length, 0));
  let filled = 0;
  for (const w of tensors) for (const x of w) sorted[filled++] = magnitudeBits(x);
  sorted.sort();
  const bits = sorted[count];
  if (bits === undefined) return cutOfAll(count);
  let ties = count - sorted.indexOf(bits);
  for (const [tieTensor, w] of tensors.entries()) {
    for (let tieIndex = 0; tieIndex < w.length; tieIndex++) {
      if (magnitudeBits(w[tieIndex] ?? 0) === bits && ties-- === 0) {
        return { bits, threshold: floatOfBits(bits), tieTensor, tieIndex, count };
      }
    }
  }
  throw new Error('A sorted magnitude is in no tensor.');
}
