/** Chooses one setting for each layer so that what it costs and what it loses are balanced: a multiple-choice knapsack. */

/** One way to store a layer. */
export interface Choice {
  /** Whatever the caller knows it by, e.g. bits. */
  readonly value: number;
  /** What the budget counts, e.g. bytes or milliseconds; those of different layers add up. */
  readonly cost: number;
  /** Predicted loss, 0 or more; losses of different layers add up. */
  readonly loss: number;
}

/** One choice for each layer. `valuesOf` tells them. */
export interface Allocation {
  readonly cost: number;
  readonly loss: number;
  /** The last layer's choice, and the allocation of the layers before it. */
  readonly value: number;
  readonly before: Allocation | null;
}

/** Partial allocations kept. Below it the front is exact; beyond it neighbours closer than a 4,096th of the range are merged. */
const MOST = 2 ** 12;

/**
 * Every allocation that no other beats in both cost and loss, from the cheapest to the one with the least loss. Dynamic programming
 * over the layers on the set of non-dominated partial sums (Nemhauser and Ullmann 1969), which is exact while the set stays small. Each
 * layer must have a choice.
 */
export function allocationFront(layers: readonly (readonly Choice[])[]): Allocation[] {
  let front: Allocation[] = [{ cost: 0, loss: 0, value: 0, before: null }];
  for (const choices of layers) front = thinned(extended(front, choices));
  return front;
}

/** The allocation that gives each layer one of its choices. */
export function allocationOf(chosen: readonly Choice[]): Allocation {
  return chosen.reduce<Allocation>(
    (before, { value, cost, loss }) => ({ cost: before.cost + cost, loss: before.loss + loss, value, before }),
    { cost: 0, loss: 0, value: 0, before: null },
  );
}

/** The chosen values in the layers' order. */
export function valuesOf(allocation: Allocation): number[] {
  const values: number[] = [];
  for (let at = allocation; at.before !== null; at = at.before) values.push(at.value);
  return values.toReversed();
}

/** The cheapest allocation that loses at most `loss`; null where every one loses more. */
export function withinLoss(front: readonly Allocation[], loss: number): Allocation | null {
  return front.find((a) => a.loss <= loss) ?? null;
}

/**
 * The front with one layer more: its sums with every choice, merged by rising cost (each choice's sums are sorted as the front is), less
 * those that something of the same size or smaller beats.
 */
function extended(front: readonly Allocation[], choices: readonly Choice[]): Allocation[] {
  const taken = choices.map(() => 0);
  const merged: Allocation[] = [];
  let least = Infinity;
  for (;;) {
    let [from, cost, loss] = [-1, Infinity, Infinity];
    for (let k = 0; k < choices.length; k++) {
      const before = front[taken[k] ?? 0];
      const choice = choices[k];
      if (before === undefined || choice === undefined) continue;
      const b = before.cost + choice.cost;
      const l = before.loss + choice.loss;
      if (from >= 0 && (b > cost || (b === cost && l >= loss))) continue;
      from = k;
      cost = b;
      loss = l;
    }
    const [before, choice] = [front[taken[from] ?? 0], choices[from]];
    if (before === undefined || choice === undefined) return merged;
    taken[from] = (taken[from] ?? 0) + 1;
    // The smallest stays even where every loss is infinite.
    if (loss >= least && merged.length > 0) continue;
    merged.push({ cost, loss, value: choice.value, before });
    least = loss;
  }
}

/** At most MOST of them: of those in one slice of the size range the one with the least loss, and always the smallest. */
function thinned(front: readonly Allocation[]): Allocation[] {
  const [smallest, last] = [front[0], front.at(-1)];
  if (front.length <= MOST || !smallest || !last) return [...front];
  const width = (last.cost - smallest.cost) / MOST;
  const sliceOf = (each: Allocation): number => Math.floor((each.cost - smallest.cost) / width);
  return front.filter((each, i) => {
    const next = front[i + 1];
    return i === 0 || next === undefined || sliceOf(next) !== sliceOf(each);
  });
}
