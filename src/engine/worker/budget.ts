/** Which of the best plans keeps to a budget. */
import { WhittleError } from '../../base/errors';
import type { Job } from '../../base/job';
import { valuesOf, withinLoss, type Allocation } from '../../measure/allocate';
import type { BitBudget } from '../protocol/index';

/** Plans whose sizes are closer than this share are not told apart by measuring. */
const CLOSE = 0.01;

/** Top-1 after minus before, in points, as run. */
export interface Measured {
  readonly points: number;
  readonly samples: number;
}

export interface Chosen {
  readonly plan: Allocation;
  /** For a budget of points. */
  readonly measured: Measured | null;
}

type Size = (plan: Allocation) => Promise<number>;
type Measure = (plan: Allocation, samples: number | null) => Promise<Measured>;

/**
 * The plan on the front that keeps to the budget: of those within bytes the one with the least loss, of those within loss or points the
 * smallest. `size` gives the whole file's bytes, `measure` runs a plan. Throws `bad-recipe` where none keeps to it.
 */
export async function choosePlan(front: readonly Allocation[], budget: BitBudget, size: Size, measure: Measure, job: Job): Promise<Chosen> {
  const [smallest, best] = [front[0], front.at(-1)];
  if (smallest === undefined || best === undefined) throw new RangeError('an empty front');
  switch (budget.kind) {
    case 'loss': {
      const plan = withinLoss(front, budget.loss);
      if (plan === null) throw outOfReach(`A loss of ${budget.loss}`, `the scanned bit widths lose ${best.loss.toPrecision(3)} or more`);
      return { plan, measured: null };
    }
    case 'bytes':
      return { plan: await largestWithin(front, budget.bytes, smallest, size), measured: null };
    default:
      return smallestKeeping(front, budget, best, measure, job);
  }
}

/**
 * The plan with the least loss whose file fits. What a file has besides its weights depends on the bit widths in use (the look-up tables
 * that layers share), so it is learned once for each set of them.
 */
async function largestWithin(front: readonly Allocation[], bytes: number, smallest: Allocation, size: Size): Promise<Allocation> {
  const rest = new Map<string, number>();
  for (const plan of front.toReversed()) {
    const widths = [...new Set(valuesOf(plan))].toSorted((x, y) => x - y).join();
    if (plan.bytes + (rest.get(widths) ?? 0) > bytes) continue;
    const whole = await size(plan);
    if (whole <= bytes) return plan;
    rest.set(widths, whole - plan.bytes);
  }
  throw outOfReach(`A file of ${bytes} bytes`, `the smallest one, with every layer at its fewest scanned bits, has ${await size(smallest)}`);
}

/** The smallest plan found that keeps its accuracy when it is run, by bisection: the front rises in size and falls in loss. */
async function smallestKeeping(front: readonly Allocation[], budget: BitBudget & { kind: 'points' }, best: Allocation, measure: Measure, job: Job): Promise<Chosen> {
  const startedAt = Date.now();
  const total = Math.ceil(Math.log2(front.length + 1)) + 1;
  let measuredPlans = 0;
  const tried = async (plan: Allocation): Promise<Chosen & { keeps: boolean }> => {
    job.onProgress({ stage: `Scoring plan ${measuredPlans + 1}`, done: measuredPlans, total, startedAt });
    const measured = await measure(plan, budget.samples);
    measuredPlans += 1;
    return { plan, measured, keeps: -measured.points <= budget.points };
  };
  let chosen = await tried(best);
  if (!chosen.keeps) throw outOfReach(`A loss of ${budget.points} points`, `even the scanned bits with the least loss change top-1 by ${chosen.measured?.points.toFixed(2)} points`);
  let [low, high] = [-1, front.length - 1];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    const plan = front[middle];
    if (plan === undefined || (low >= 0 && chosen.plan.bytes - (front[low]?.bytes ?? 0) < CLOSE * chosen.plan.bytes)) break;
    const next = await tried(plan);
    if (next.keeps) [chosen, high] = [next, middle];
    else low = middle;
  }
  return { plan: chosen.plan, measured: chosen.measured };
}

function outOfReach(what: string, why: string): WhittleError {
  return new WhittleError('bad-recipe', `${what} cannot be kept: ${why}.`, 'Raise the budget, or scan other bit widths.');
}
