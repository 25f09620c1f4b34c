import type { NodeProto } from 'onnx-buf';
import { stringAttribute } from '../nodes';

/**
 * The axes of one of an Einsum's inputs that are its output's and no other input's: the channels that a weight gives. Null where it has
 * none, or the equation is of another form (one input alone, repeated labels, an ellipsis).
 */
export function freeAxes(node: NodeProto, input: number, rank: number): readonly number[] | null {
  const [left = '', output] = stringAttribute(node, 'equation', '').replaceAll(' ', '').split('->');
  const terms = left.split(',');
  const own = terms[input] ?? '';
  if (output === undefined || terms.length < 2 || !/^[A-Za-z]+$/.test(own) || own.length !== rank || new Set(own).size !== rank)
    return null;
  const others = terms.filter((_, at) => at !== input).join('');
  const free = own.split('').flatMap((label, axis) => (output.includes(label) && !others.includes(label) ? [axis] : []));
  return free.length > 0 ? free : null;
}

/** Products that an Einsum adds up: every combination of its labels. Null where a shape is not known or the equation has an ellipsis. */
export function labelled(node: NodeProto, shapes: readonly (readonly number[] | null)[]): number | null {
  const terms = (stringAttribute(node, 'equation', '').replaceAll(' ', '').split('->')[0] ?? '').split(',');
  const sizes = new Map<string, number>();
  for (const [at, term] of terms.entries()) {
    const shape = shapes[at];
    if (!shape || shape.length !== term.length) return null;
    for (const [axis, label] of term.split('').entries()) sizes.set(label, Math.max(sizes.get(label) ?? 1, shape[axis] ?? 1));
  }
  return [...sizes.values()].reduce((product, size) => product * size, 1);
}
