/** Products of matrices that the model computes, as attention multiplies queries with keys, and scores with values. */
import type { Shape } from '../operators/types';
import type { ChannelMap } from './map';
import type { Marks } from './marks';
import type { Place } from './place';

/**
 * Channels of [..., M, K] x [..., K, N] = [..., M, N]: those that both have along K are one and end here, those along M or N go on. Heads
 * lie along axes before; of channels that lie along those as well, the same place of every head goes.
 * @returns whether they could be followed; not where only one side is known along K, or a stack is spread over another's.
 */
export function multiplyStacks(map: ChannelMap, at: Place): boolean {
  const { output } = at;
  const sides = [0, 1].map((input) => ({ marks: map.marksOf(at.inputs[input]), shape: at.shape(input) }));
  const [left, right] = sides;
  const made = at.made();
  if (!left?.marks && !right?.marks) return true;
  const rank = made?.length ?? 0;
  if (!output || !made || !left || !right || left.shape?.length !== rank || right.shape?.length !== rank || rank < 2) return false;
  if (!sameStacks(left.shape, right.shape)) return false;
  const [along, summed] = [rank - 2, rank - 1];
  const summing = [lastOf(left.marks) === summed, lastOf(right.marks) === along] as const;
  for (const { marks, shape } of sides) if (marks && shape) map.level(marks, shape[lastOf(marks) ?? 0] ?? 1);
  if (summing[0] !== summing[1]) return false;
  if (summing[0] && left.marks && right.marks) {
    // Heads and what is summed over lie in the same order on both sides.
    if (left.marks.ids.length !== right.marks.ids.length || stacksOf(left.marks) !== stacksOf(right.marks)) return false;
    map.sets.join(left.marks.ids, right.marks.ids);
    return true;
  }
  const going = [left.marks, right.marks].filter((marks) => marks !== undefined);
  const [only] = going;
  if (going.length !== 1 || !only || (lastOf(only) ?? 0) < along) return false;
  map.marked.set(output, only);
  return true;
}

function lastOf(marks: Marks | undefined): number | undefined {
  return marks?.axes.at(-1);
}

/** The axes before the matrices that channels lie along. */
function stacksOf({ axes }: Marks): string {
  return axes.slice(0, -1).join();
}

function sameStacks(a: Shape, b: Shape): boolean {
  return a.slice(0, -2).join() === b.slice(0, -2).join();
}
