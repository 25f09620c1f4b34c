import { WhittleError } from '../../../base/errors';
import type { Groups } from '../../../base/grids';

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
