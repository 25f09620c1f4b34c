/** What weights of products have in common. */
import type { Axes, Shape, WeightPort } from './types';

export function rows(shape: Shape): Axes | null {
  return shape.length < 2 ? null : [0];
}

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
