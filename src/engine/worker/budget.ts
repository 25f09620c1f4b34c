/** Which of the best plans keeps to a budget. */
import { WhittleError } from '../../base/errors';
import { formatBytes } from '../../base/format';
import type { Job } from '../../base/job';
import { counted } from '../../base/plural';
import { allocationFront, allocationOf, valuesOf, withinLoss, type Allocation, type Choice } from '../../measure/allocate';
import type { LimitJudgement } from '../../measure/limit';
import type { BitBudget } from '../protocol/index';

/** Plans whose costs are closer than this share are not told apart by running them. */
const CLOSE = 0.01;

/** The whole model under a plan, as run. */
export interface Whole {
  readonly loss: number;
  /** Why it is of no use; null where it may be. */
  readonly ruin: string | null;
}

/** What plans are told apart by. */
export interface Trials {
  /** Bytes of the whole file. */
  readonly size: (plan: Allocation) => Promise<number>;
  readonly run: (plan: Allocation) => Promise<Whole>;
  /** Whether its top-1 keeps to so many points. */
  readonly judge: (plan: Allocation, points: number) => Promise<LimitJudgement>;
}

export interface Chosen {
  readonly plan: Allocation;
  /** Plans that were run or judged. */
  readonly plans: number;
}

/**
 * The plan that keeps to the budget: within bytes the one that loses least when it is run, within loss or points the smallest. Plans with
 * the same bits everywhere are always among those tried. Throws `bad-recipe` where none keeps to it, or what does is of no use.
 */
export async function choosePlan(
  layers: readonly (readonly Choice[])[],
  budget: Exclude<BitBudget, { kind: 'time' }>,
  trials: Trials,
  job: Job,
): Promise<Chosen> {
  switch (budget.kind) {
    case 'loss':
      return smallestWithin(layers, budget.loss, trials);
    case 'bytes':
      return leastWithin(layers, budget.bytes, trials, job);
    default:
      return smallestKeeping(layers, budget.points, trials, job);
  }
}

/** The smallest file whose layers' losses add up to at most `loss`. */
async function smallestWithin(layers: readonly (readonly Choice[])[], loss: number, { size, run }: Trials): Promise<Chosen> {
  const front = allocationFront(layers);
  const plan = withinLoss(front, loss);
  if (plan === null)
    throw outOfReach(`A loss of ${loss}`, `the scanned bit widths lose ${(front.at(-1)?.loss ?? Infinity).toPrecision(3)} or more`);
  const even = evenPlans(layers).find((each) => each.loss <= loss);
  const smaller = even && (await size(even)) < (await size(plan)) ? even : plan;
  refuseRuin(await run(smaller), `a loss of ${loss}`);
  return { plan: smaller, plans: 1 };
}

/**
 * Losses of layers do not add up: what they are guessed to add up to gives several plans (their sum, the sum of their roots, which spreads
 * bits more evenly, and the same width everywhere), each is run, and the one whose whole loses least stays.
 */
async function leastWithin(layers: readonly (readonly Choice[])[], bytes: number, { size, run }: Trials, job: Job): Promise<Chosen> {
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
  refuseRuin(best.whole, formatBytes(bytes));
  return { plan: best.plan, plans: plans.size };
}

/** The most bits that every layer can have within the size; null where no width fits. */
async function widestEven(layers: readonly (readonly Choice[])[], bytes: number, size: Trials['size']): Promise<Allocation | null> {
  for (const plan of evenPlans(layers).toReversed()) if (plan.cost <= bytes && (await size(plan)) <= bytes) return plan;
  return null;
}

/** The same bits for every layer, from the fewest. */
function evenPlans(layers: readonly (readonly Choice[])[]): Allocation[] {
  const [first = [], ...rest] = layers.map((choices) => choices.map((choice) => choice.value));
  const widths = first.filter((value) => rest.every((others) => others.includes(value))).toSorted((a, b) => a - b);
  return widths.map((width) =>
    planOf(
      layers,
      layers.map(() => width),
    ),
  );
}

function planOf(layers: readonly (readonly Choice[])[], values: readonly number[]): Allocation {
  return allocationOf(layers.flatMap((choices, i) => choices.find((choice) => choice.value === values[i]) ?? []));
}

/**
 * The plan with the least loss whose file fits. What a file has besides its weights depends on the bit widths in use (the look-up tables
 * that layers share), so it is learned once for each set of them.
 */
async function largestWithin(front: readonly Allocation[], bytes: number, smallest: Allocation, size: Trials['size']): Promise<Allocation> {
  const rest = new Map<string, number>();
  for (const plan of front.toReversed()) {
    const widths = [...new Set(valuesOf(plan))].toSorted((x, y) => x - y).join();
    if (plan.cost + (rest.get(widths) ?? 0) > bytes) continue;
    const whole = await size(plan);
    if (whole <= bytes) return plan;
    rest.set(widths, whole - plan.cost);
  }
  throw outOfReach(
    `A file of ${bytes} bytes`,
    `the smallest one, with every layer at its fewest scanned bits, has ${await size(smallest)}`,
  );
}

/**
 * The smallest plan whose accuracy is shown to keep to the limit; where the samples show it of none, the smallest whose own figure keeps to
 * it, which its judgement calls undecided. By bisection below the fewest bits that will do everywhere.
 */
async function smallestKeeping(layers: readonly (readonly Choice[])[], points: number, { size, judge }: Trials, job: Job): Promise<Chosen> {
  const [front, evens] = [allocationFront(layers), evenPlans(layers)];
  const best = front.at(-1);
  if (best === undefined) throw new RangeError('an empty front');
  const startedAt = Date.now();
  const total = mostTrials(front) + evens.length;
  const judged = new Map<string, LimitJudgement>();
  const judgedOnce = async (plan: Allocation): Promise<LimitJudgement> => {
    const key = valuesOf(plan).join();
    job.onProgress({ stage: `Scoring plan ${judged.size + 1}`, done: Math.min(judged.size, total), total, startedAt });
    const found = judged.get(key) ?? (await judge(plan, points));
    judged.set(key, found);
    return found;
  };
  for (const keeps of [isShown, isLikely(points)]) {
    const even = await firstOf(evens, async (plan) => keeps(await judgedOnce(plan)));
    const last = even ?? best;
    const smaller = front.filter(({ cost }) => cost < last.cost);
    const { plan, tried } = await firstKeeping([...smaller, last], last, async (each) => ({ keeps: keeps(await judgedOnce(each)) }));
    // What layers share (look-up tables) may make the even file the smaller one.
    if (tried.keeps) return { plan: even && plan !== even && (await size(even)) <= (await size(plan)) ? even : plan, plans: judged.size };
  }
  const { points: change, interval, samples, verdict } = await judgedOnce(best);
  const unsure = verdict === 'undecided' ? ', too few to tell' : '';
  throw outOfReach(
    `A loss of ${counted(points, 'point')}`,
    `even the scanned bits with the least loss change top-1 by ${change.toFixed(2)} points (95 %: ` +
      `${interval.low.toFixed(2)} to ${interval.high.toFixed(2)} on ${counted(samples, 'sample')}${unsure})`,
  );
}

const isShown = ({ verdict }: LimitJudgement): boolean => verdict === 'passed';

const isLikely =
  (limit: number) =>
  ({ verdict, points }: LimitJudgement): boolean =>
    verdict !== 'failed' && points >= -limit;

async function firstOf<T>(all: readonly T[], holds: (each: T) => Promise<boolean>): Promise<T | null> {
  for (const each of all) if (await holds(each)) return each;
  return null;
}

/** The most plans of a front that `firstKeeping` runs. */
export function mostTrials(front: readonly Allocation[]): number {
  return Math.ceil(Math.log2(front.length + 1)) + 1;
}

/**
 * The first plan that keeps to a budget when it is run, by bisection: plans are more likely to from one to the next, and most of all the
 * last. Neighbours of nearly the same cost are not told apart. Where the last does not keep to it, that one.
 */
export async function firstKeeping<T extends { readonly keeps: boolean }>(
  plans: readonly Allocation[],
  last: Allocation,
  run: (plan: Allocation) => Promise<T>,
): Promise<{ plan: Allocation; tried: T }> {
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

/** Throws `bad-recipe` where the best that keeps to a budget is of no use: it is not put on the sliders. */
export function refuseRuin({ ruin }: Pick<Whole, 'ruin'>, within: string): void {
  if (ruin !== null)
    throw new WhittleError(
      'bad-recipe',
      `No plan within ${within} is of use: of the best one, ${ruin}.`,
      'Raise the budget, or add samples: rounding that is fitted to them keeps more. The recipe stays as it was.',
    );
}

/** `bad-recipe` for a budget that no plan keeps. @param what the budget, @param why the nearest that was found: a clause each. */
export function outOfReach(what: string, why: string, remedy = 'Raise the budget, or scan other bit widths.'): WhittleError {
  return new WhittleError('bad-recipe', `${what} cannot be kept: ${why}.`, remedy);
}
