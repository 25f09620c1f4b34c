/** Axes of weights that are output channels. */
import type { Axes, Shape } from './types';

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
