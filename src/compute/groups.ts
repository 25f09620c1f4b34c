import { WhittleError } from '../base/errors';
import { blocksPerChannel, type Groups } from './types';

/** Group index of element `e` of a tensor viewed as `groups` (see Groups). */
export function groupOf(e: number, groups: Groups): number {
  const o = Math.floor(e / (groups.channels * groups.inner));
  const c = channelOf(e, groups);
  const r = o * groups.inner + (e % groups.inner);
  return c * blocksPerChannel(groups) + Math.floor(r / groups.block);
}

/** Channel of element `e` of a tensor viewed as `groups`. */
export function channelOf(e: number, { channels, inner }: Groups): number {
  return Math.floor(e / inner) % channels;
}

/** Values of [channels, ...], such as scales of groups or codebooks, each channel's times its own factor. */
export function scaleChannels(values: Float32Array, factors: ArrayLike<number>): Float32Array {
  const each = values.length / factors.length;
  return values.map((v, i) => v * (factors[Math.floor(i / each)] ?? 1));
}

/** Refuses a view that does not cover the tensor: a caller's mistake, never a user's. */
export function checkGroups(length: number, groups: Groups): void {
  const covered = groups.outer * groups.channels * groups.inner;
  if (covered !== length || (length > 0 && groups.block < 1)) {
    throw new WhittleError('internal', `A view of ${covered} elements in blocks of ${groups.block} was put on a tensor of ${length}.`);
  }
}

/** The error of a tensor with NaN or infinite values. */
export function nonFinite(count: number, length: number): WhittleError {
  return new WhittleError(
    'non-finite-weights',
    `${count.toLocaleString('en')} of ${length.toLocaleString('en')} weights are NaN or infinite.`,
    'Export the model again from a checkpoint whose weights are finite.',
  );
}
