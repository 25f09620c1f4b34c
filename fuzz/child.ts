/** Runs the cases it is told to, one message before and one after each, so that its parent can tell one that never ends. */
import { runCase } from './case';

process.on('message', (order: { seed: number; from: number; to: number }) => void runAll(order));

async function runAll({ seed, from, to }: { seed: number; from: number; to: number }): Promise<void> {
  for (let index = from; index < to; index++) {
    process.send?.({ started: index });
    const before = process.resourceUsage().maxRSS;
    const outcome = await runCase(seed, index);
    process.send?.({ ended: index, ...outcome, grownKiB: process.resourceUsage().maxRSS - before });
  }
  process.send?.({ finished: true });
}
