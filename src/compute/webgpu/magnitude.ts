/**
 * Exact magnitude thresholds by radix select: the wanted rank is narrowed digit by digit (11, 11 and 9 bits of the magnitude), one
 * histogram over all tensors a digit, so that nothing is sorted or read back. Ties are ranked by tensor, then by index.
 */
import { floatOfBits } from '../cpu/magnitude';
import type { Handle, MagnitudeCut } from '../types';
import { WORKGROUP, type Runner } from './runner';
import { countBelowBits, SHARE_OF_WORKGROUP } from './statistics';

interface Digit {
  readonly shift: number;
  readonly bits: number;
}

const MAGNITUDE_DIGITS: readonly Digit[] = [{ shift: 20, bits: 11 }, { shift: 9, bits: 11 }, { shift: 0, bits: 9 }];
const INDEX_DIGITS: readonly Digit[] = [{ shift: 21, bits: 11 }, { shift: 10, bits: 11 }, { shift: 0, bits: 10 }];

/** Above the bits of every float's magnitude. */
const ABOVE_ALL = 0x80000000;

export async function magnitudeCut(gpu: Runner, tensors: readonly Handle[], count: number): Promise<MagnitudeCut> {
  gpu.check();
  const total = tensors.reduce((sum, w) => sum + w.length, 0);
  if (count >= total) return { bits: ABOVE_ALL, threshold: Number.POSITIVE_INFINITY, tieTensor: 0, tieIndex: 0, count };
  const { key: bits, rank: ties } = await select(gpu, tensors, count, MAGNITUDE_DIGITS, null);
  // `ties` elements of exactly this magnitude are cut: find the tensor, then the index, of the first that is kept.
  let rest = ties;
  for (const [tieTensor, w] of tensors.entries()) {
    const equal = (await countBelowBits(gpu, [w], bits + 1)) - (await countBelowBits(gpu, [w], bits));
    if (rest < equal) {
      const { key: tieIndex } = await select(gpu, [w], rest, INDEX_DIGITS, bits);
      return { bits, threshold: floatOfBits(bits), tieTensor, tieIndex, count };
    }
    rest -= equal;
  }
  throw new Error('The radix select found a magnitude that no tensor holds.');
}

/** The key of rank `rank` (from 0), and its rank among equal keys. Keys are magnitudes, or indices of elements with `tieBits`. */
async function select(gpu: Runner, tensors: readonly Handle[], rank: number, digits: readonly Digit[], tieBits: number | null): Promise<{ key: number; rank: number }> {
  let key = 0;
  let rest = rank;
  let knownShift = 32;
  for (const { shift, bits } of digits) {
    const counts = await digitCounts(gpu, tensors, [knownShift, key, shift, 2 ** bits - 1, tieBits ?? 0], tieBits !== null);
    let digit = 0;
    while (digit < counts.length - 1 && rest >= (counts[digit] ?? 0)) rest -= counts[digit++] ?? 0;
    key = key * 2 ** bits + digit;
    knownShift = shift;
  }
  return { key, rank: rest };
}

async function digitCounts(gpu: Runner, tensors: readonly Handle[], words: readonly number[], byIndex: boolean): Promise<Uint32Array> {
  const bins = (words[3] ?? 0) + 1;
  const result = gpu.scratch(bins * 4);
  return gpu.within([result], async () => {
    for (const w of tensors) {
      if (w.length === 0) continue;
      const uniforms = Uint32Array.of(w.length, ...words, SHARE_OF_WORKGROUP);
      gpu.dispatch('radix-histogram', uniforms, [gpu.tensors.of(w).buffer, result], Math.ceil(w.length / SHARE_OF_WORKGROUP), BY_INDEX[byIndex ? 1 : 0]);
    }
    return new Uint32Array(await gpu.read(result, bins * 4));
  });
}

/** The kernel's two forms, by magnitude and by index. */
export const BY_INDEX: readonly [Record<string, number>, Record<string, number>] = [{ by_index: 0 }, { by_index: 1 }];

export function applyCut(gpu: Runner, w: Handle, tensor: number, cut: MagnitudeCut, into?: Handle): Handle {
  gpu.check();
  const out = into ?? gpu.tensors.create(w.length);
  if (w.length === 0) return out;
  // Ties in earlier tensors are all cut, in later ones none.
  const tieIndex = tensor < cut.tieTensor ? 0xffffffff : tensor > cut.tieTensor ? 0 : cut.tieIndex;
  const buffers = [gpu.tensors.of(w).buffer, gpu.tensors.of(out).buffer];
  gpu.dispatch('apply-cut', Uint32Array.of(w.length, cut.bits, tieIndex), buffers, Math.ceil(w.length / WORKGROUP));
  return out;
}
