/** Which of the best plans keeps to a budget. */
import { WhittleError } from '../../base/errors';
import type { Job } from '../../base/job';
import { counted } from '../../base/plural';
import { allocationFront, allocationOf, valuesOf, withinLoss, type Allocation, type Choice } from '../../measure/allocate';
import type { BitBudget } from '../protocol/index';

/** Plans whose costs are closer than this share are not told apart by running them. */
const CLOSE = 0.01;

/** Top-1 after minus before, in points, as run. */
export interface Measured {
  readonly points: number;
  readonly samples: number;
}

/** Loss of the whole model under a plan, as run. */
export interface Whole {
  readonly loss: number;
  readonly samples: number;
}

export interface Chosen {
  readonly plan: Allocation;
  /** For a budget of bytes. */
  readonly checked: (Whole & { readonly plans: number }) | null;
  /** For a budget of points. */
  readonly measured: Measured | null;
}

type Size = (plan: Allocation) => Promise<number>;
type Measure = (plan: Allocation, samples: number | null) => Promise<Measured>;
type Run = (plan: Allocation) => Promise<Whole>;

/**
 * The plan that keeps to the budget: within bytes the one that loses least when it is run, within loss or points the smallest on the front.
 * `size` gives the whole file's bytes, `measure` top-1 and `run` the loss of a plan. Throws `bad-recipe` where none keeps to it.
 */
export async function choosePlan(layers: readonly (readonly Choice[])[], budget: Exclude<BitBudget, { kind: 'time' }>, size: Size, measure: Measure, run: Run, job: Job): Promise<Chosen> {
  const front = allocationFront(layers);
  const [smallest, best] = [front[0], front.at(-1)];
  if (smallest === undefined || best === undefined) throw new RangeError('an empty front');
  switch (budget.kind) {
    case 'loss': {
      const plan = withinLoss(front, budget.loss);
      if (plan === null) throw outOfReach(`A loss of ${budget.loss}`, `the scanned bit widths lose ${best.loss.toPrecision(3)} or more`);
      return { plan, measured: null, checked: null };
    }
    case 'bytes':
      return leastWithin(layers, budget.bytes, size, run, job);
    default:
      return smallestKeeping(front, budget, best, measure, job);
  }
}

/**
 * Losses of layers do not add up: what they are guessed to add up to gives several plans (their sum, the sum of their roots, which spreads
 * bits more evenly, and the same width everywhere), each is run, and the one whose whole loses least stays.
 */
async function leastWithin(layers: readonly (readonly Choice[])[], bytes: number, size: Size, run: Run, job: Job): Promise<Chosen> {
  const rooted = layers.map((choices) => choices.map((choice) => ({ ...choice, loss: Math.sqrt(choice.loss) })));
  const plans = new Map<string, Allocation>();
  for (const guess of [layers, rooted]) {
    const front = allocationFront(guess);
    const [smallest] = front;
    if (smallest === undefined) continue;
    const values = valuesOf(await largestWithin(front, bytes, smallest, size));
    plans.set(values.join(), planOf(layers, values));
  }
  const even = await widestEven(layers, bytes, size);
  if (even !== null) plans.set(valuesOf(even).join(), even);
  let best: { readonly plan: Allocation; readonly whole: Whole } | null = null;
  const startedAt = Date.now();
  for (const [done, plan] of [...plans.values()].entries()) {
    job.onProgress({ stage: `Running plan ${done + 1}`, done, total: plans.size, startedAt });
    const whole = await run(plan);
    if (best === null || whole.loss < best.whole.loss) best = { plan, whole };
  }
  if (best === null) throw new RangeError('no layers');
  return { plan: best.plan, measured: null, checked: { ...best.whole, plans: plans.size } };
}

/** The most bits that every layer can have within the size; null where no width fits. */
async function widestEven(layers: readonly (readonly Choice[])[], bytes: number, size: Size): Promise<Allocation | null> {
  const [first = [], ...rest] = layers.map((choices) => choices.map((choice) => choice.value));
  const widths = first.filter((value) => rest.every((others) => others.includes(value))).toSorted((a, b) => b - a);
  for (const width of widths) {
    const plan = planOf(layers, layers.map(() => width));
    if (plan.cost <= bytes && (await size(plan)) <= bytes) return plan;
  }
  return null;
}

function planOf(layers: readonly (readonly Choice[])[], values: readonly number[]): Allocation {
  return allocationOf(layers.flatMap((choices, i) => choices.find((choice) => choice.value === values[i]) ?? []));
}

/**
 * The plan with the least loss whose file fits. What a file has besides its weights depends on the bit widths in use (the look-up tables
 * that layers share), so it is learned once for each set of them.
 */
async function largestWithin(front: readonly Allocation[], bytes: number, smallest: Allocation, size: Size): Promise<Allocation> {
  const rest = new Map<string, number>();
  for (const plan of front.toReversed()) {
    const widths = [...new Set(valuesOf(plan))].toSorted((x, y) => x - y).join();
    if (plan.cost + (rest.get(widths) ?? 0) > bytes) continue;
    const whole = await size(plan);
    if (whole <= bytes) return plan;
    rest.set(widths, whole - plan.cost);
  }
  throw outOfReach(`A file of ${bytes} bytes`, `the smallest one, with every layer at its fewest scanned bits, has ${await size(smallest)}`);
}

/** The smallest plan found that keeps its accuracy when it is run. */
async function smallestKeeping(front: readonly Allocation[], budget: BitBudget & { kind: 'points' }, best: Allocation, measure: Measure, job: Job): Promise<Chosen> {
  const startedAt = Date.now();
  const total = mostTrials(front);
  let done = 0;
  const { plan, tried } = await firstKeeping(front, best, async (trial) => {
    job.onProgress({ stage: `Scoring plan ${done + 1}`, done, total, startedAt });
    const measured = await measure(trial, budget.samples);
    done += 1;
    return { measured, keeps: -measured.points <= budget.points };
  });
  if (!tried.keeps) throw outOfReach(`A loss of ${counted(budget.points, 'point')}`, `even the scanned bits with the least loss change top-1 by ${tried.measured.points.toFixed(2)} points`);
  return { plan, measured: tried.measured, checked: null };
}

/** The most plans of a front that `firstKeeping` runs. */
export function mostTrials(front: readonly Allocation[]): number {
  return Math.ceil(Math.log2(front.length + 1)) + 1;
}

/**
 * The first plan that keeps to a budget when it is run, by bisection: plans are more likely to from one to the next, and most of all the last.
 * Neighbours of nearly the same cost are not told apart. Where the last does not keep to it, that one.
 */
export async function firstKeeping<T extends { readonly keeps: boolean }>(plans: readonly Allocation[], last: Allocation, run: (plan: Allocation) => Promise<T>): Promise<{ plan: Allocation; tried: T }> {
  let chosen = { plan: last, tried: await run(last) };
  let [low, high] = [-1, chosen.tried.keeps ? plans.length - 1 : 0];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    const plan = plans[middle];
    if (plan === undefined || (low >= 0 && Math.abs(chosen.plan.cost - (plans[low]?.cost ?? 0)) < CLOSE * chosen.plan.cost)) break;
    const tried = await run(plan);
    if (tried.keeps) [chosen, high] = [{ plan, tried }, middle];
    else low = middle;
  }
  return chosen;
}

export function outOfReach(what: string, why: string, remedy = 'Raise the budget, or scan other bit widths.'): WhittleError {
  return new WhittleError('bad-recipe', `${what} cannot be kept: ${why}.`, remedy);
}
