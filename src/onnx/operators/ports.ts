/** What weights of products have in common, and the other parameters that operators read. */
import type { Axes, ParameterPort, Shape, WeightPort } from './types';

/** Output channels on the first axis, as [outputs, inputs, ...]; null for what is no matrix. */
export function rows(shape: Shape): Axes | null {
  return shape.length < 2 ? null : [0];
}

/** Output channels on the last axis, as [..., inputs, outputs]; null for what is no matrix. */
export function columns(shape: Shape): Axes | null {
  return shape.length < 2 ? null : [shape.length - 1];
}

/** All but one axis, which is summed over: left factor of a product [..., M, K], or [..., K, M] where it is transposed. */
export function allBut(shape: Shape, summed: number): Axes {
  return shape.flatMap((_, axis) => (axis === summed ? [] : [axis]));
}

/** The last axis of the input holds its columns, whatever lies before it. */
export const lastAxis: NonNullable<WeightPort['columns']> = (lay, asked, from) =>
  lay.transposed(lay.reshape(from, [1, 1, -1, asked.columns]));

/** Every axis along which it has several values: [C], or [C, 1, 1] where it is broadcast. */
function several(shape: Shape): Axes {
  return shape.flatMap((size, axis) => (size > 1 ? [axis] : []));
}

function port(role: ParameterPort['role']): ParameterPort {
  return { role, channels: several };
}

export const bias = port('bias');
export const scale = port('scale');
export const shift = port('shift');
export const slope = port('slope');
export const peephole = port('peephole');
export const mean: ParameterPort = { ...port('mean'), observed: true };
export const variance: ParameterPort = { ...port('variance'), observed: true };

/** Of a matrix product's columns, and perhaps of its rows too: [N], [1, N] or [M, N]. */
export const columnBias: ParameterPort = { role: 'bias', channels: (shape) => columns(shape) ?? several(shape) };
