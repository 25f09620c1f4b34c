/** Every task that a thread may be sent: what operations have done in parts, and work in float64 that is no operation. */
import { adaround } from '../operations/adaround';
import { applyCut } from '../operations/apply-cut';
import { assign } from '../operations/assign';
import { assignCodes } from '../operations/assign-codes';
import { clipErrors } from '../operations/clip-errors';
import { gridCodes } from '../operations/codes';
import { countBelow } from '../operations/count-below';
import { errorSums } from '../operations/error-sums';
import { gramProduct } from '../operations/gram-product';
import { binCounts } from '../operations/histogram';
import { quantize } from '../operations/quantize';
import { groupRanges } from '../operations/ranges';
import { roundHalf } from '../operations/round-half';
import { roundWithFeedback } from '../operations/round-with-feedback';
import type { Operation, Task } from '../types';

const OPERATIONS: readonly Pick<Operation<never, unknown>, 'task'>[] = [
  adaround,
  applyCut,
  assign,
  assignCodes,
  binCounts,
  clipErrors,
  countBelow,
  errorSums,
  gramProduct,
  gridCodes,
  groupRanges,
  quantize,
  roundHalf,
  roundWithFeedback,
];

export const TASKS: readonly Task<never, unknown>[] = OPERATIONS.flatMap(({ task }) => task ?? []);
