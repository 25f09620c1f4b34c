import type { NodeProto } from 'onnx-buf';
import { intAttribute } from '../onnx/nodes';

/**
 * A weight as [first, second, kernel], row-major: one of the first two axes is the output channel, the other the input channel. With
 * groups, the second axis counts within the group that the first axis is in.
 */
export interface WeightView {
  readonly first: number;
  readonly second: number;
  readonly kernel: number;
  readonly groups: number;
  readonly firstIsOutput: boolean;
}

/** The view of an eligible node's weight, for its shape as the node sees it; null where it is not made of channels in and out. */
export function viewOf(node: NodeProto, shape: readonly number[]): WeightView | null {
  const [first, second, ...rest] = shape;
  if (first === undefined || second === undefined) return null;
  const kernel = rest.reduce((product, size) => product * size, 1);
  const isConv = node.opType === 'Conv' || node.opType === 'ConvTranspose';
  if (!isConv && rest.length > 0) return null;
  const groups = isConv ? intAttribute(node, 'group', 1) : 1;
  const firstIsOutput = node.opType === 'Conv' || (node.opType === 'Gemm' && intAttribute(node, 'transB', 0) === 1);
  return { first, second, kernel, groups, firstIsOutput };
}

export function outputsOf(view: WeightView): number {
  return view.firstIsOutput ? view.first : view.second * view.groups;
}

export function inputsOf(view: WeightView): number {
  return view.firstIsOutput ? view.second * view.groups : view.first;
}

/** Calls `visit` for every pair of channels that meet in a kernel, with the place of its first weight, in order. */
export function eachKernel(view: WeightView, visit: (output: number, input: number, start: number) => void): void {
  const { first, second, kernel, groups, firstIsOutput } = view;
  for (let f = 0, start = 0; f < first; f++) {
    const base = Math.floor((f * groups) / first) * second;
    for (let s = 0; s < second; s++, start += kernel) visit(firstIsOutput ? f : base + s, firstIsOutput ? base + s : f, start);
  }
}

/** Multiplies values (of whole kernels, or one for each) by the factor of their output and of their input channel, in place. */
export function scaleChannels(view: WeightView, values: Float32Array, outputs: Float64Array | null, inputs: Float64Array | null): void {
  const width = values.length / (view.first * view.second);
  let start = 0;
  eachKernel(view, (output, input) => {
    const factor = (outputs?.[output] ?? 1) * (inputs?.[input] ?? 1);
    for (let e = start; e < start + width; e++) values[e] = (values[e] ?? 0) * factor;
    start += width;
  });
}

/** What inputs that are constant, one value a channel, give each output channel: the sum over all kernels. @param weights the view's values. */
export function sumOverInputs(view: WeightView, weights: ArrayLike<number>, constants: ArrayLike<number>): Float64Array {
  const sums = new Float64Array(outputsOf(view));
  eachKernel(view, (output, input, start) => {
    const c = constants[input] ?? 0;
    if (c === 0) return;
    for (let e = start; e < start + view.kernel; e++) sums[output] = (sums[output] ?? 0) + (weights[e] ?? 0) * c;
  });
  return sums;
}
