import { createYielder } from '../base/yielder';
import type { Job } from '../base/job';
import { placementOf } from './placement';
import { PROVIDERS } from './providers';
import type { Feeds, Placement, Runtime, SessionModel, SessionOptions, ValueInfo } from './types';

/** Timed runs after the first; fewer where they take long. */
const RUNS = { most: 10, least: 2, budgetMs: 3000 } as const;

/**
 * Where each node of a model runs and how long it takes, from a session of its own that records. Its total is not the model's latency:
 * recording takes kernels out of their batches.
 * @param model bytes whose nodes all have names (`nameNodes`).
 */
export async function profileModel(
  runtime: Runtime,
  model: SessionModel,
  options: SessionOptions,
  feedsFor: (inputs: readonly ValueInfo[]) => Feeds,
  job: Job,
): Promise<Placement> {
  const session = await runtime.create(model, { ...options, profile: true }, job.signal);
  try {
    const feeds = feedsFor(session.inputs);
    const startedAt = Date.now();
    const total = RUNS.most + 1;
    const yieldTurn = createYielder();
    let begin = 0;
    for (let run = 0; run < total; run++) {
      if (run > RUNS.least && performance.now() - begin > RUNS.budgetMs) break;
      job.onProgress({ stage: `Profiling on ${PROVIDERS[options.ep].name}`, done: run, total, startedAt });
      await yieldTurn();
      await session.run(feeds, job.signal);
      if (run === 0) begin = performance.now();
    }
    return placementOf(await session.trace());
  } finally {
    await session.release();
  }
}
