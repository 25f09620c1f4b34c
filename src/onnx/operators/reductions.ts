/** Operators that work along axes: reductions, sums and choices. */
import { positive } from '../axes';
import { intAttribute, intsAttribute } from '../nodes';
import { changedBy } from './changes';
import { axisOf, reduced, sameShape, unary } from './shape-rules';
import type { Operator } from './types';

const reduction = {
  channels: 'kept',
  shape: unary((x, { node, numbers }) => {
    const axes = (intsAttribute(node, 'axes') ?? numbers[1] ?? x.map((_, axis) => axis)).map((axis) => positive(axis, x.length));
    return reduced(x, axes, intAttribute(node, 'keepdims', 1) !== 0);
  }),
} satisfies Partial<Operator>;

export const REDUCTIONS: readonly Operator[] = [
  { types: 'ReduceMean ReduceMax ReduceMin ReduceProd ReduceL1 ReduceL2 ReduceLogSumExp ReduceSumSquare', ...reduction },
  { types: 'ReduceSum', ...reduction, changed: changedBy(13) },
  {
    types: 'ArgMax ArgMin',
    shape: unary((x, { node }) => reduced(x, [axisOf(node, x.length, 0)], intAttribute(node, 'keepdims', 1) !== 0)),
  },
  { types: 'Softmax LogSoftmax', shape: sameShape, channels: 'mixed', integer: { as: 'normalizing' }, changed: changedBy(13) },
  { types: 'Hardmax', shape: sameShape, channels: 'mixed', changed: changedBy(13) },
  { types: 'CumSum', shape: sameShape, channels: 'mixed' },
  { types: 'TopK', changed: changedBy(10, 11) },
];
