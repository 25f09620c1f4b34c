import type { Job } from '../../base/job';
import type { Dataset } from '../../data/types';
import { LATENCY } from '../../measure/latency';
import type { Recipe } from '../../recipe/types';
import { HALF_TOLERANCE } from '../../runtime/check';
import { compareOutputs } from '../../runtime/compare';
import type { Ep, Feeds, HostTensor } from '../../runtime/types';
import type { Measurement } from '../protocol/index';
import { anySamples } from './evaluate';
import { chooseSides, timePair, usesHalf, withPair } from './pair';
import type { Workbench } from './workbench';

/** How far the exported file may be from the live values: absolute, and as a part of the output's range. */
const EXPORT_TOLERANCE = 1e-4;

/**
 * Runs original and exported file in turns on `ep` (WASM where WebGPU is missing or wrong on the original), compares the exported
 * file's backends, and its output with the live session's.
 */
export async function measure(bench: Workbench, data: Dataset | null, recipe: Recipe, exported: Blob, ep: Ep, job: Job): Promise<Measurement> {
  const half = usesHalf(recipe);
  const { feeds, live } = await liveRun(bench, data, recipe, job);
  const sides = await chooseSides(bench, exported, half, feeds, ep, job);
  return withPair(bench, exported, sides, feeds, job, async (before, after) => {
    const difference = compareOutputs(live, after.outputs);
    const ok = difference.maxAbs <= EXPORT_TOLERANCE || difference.relative <= (half ? HALF_TOLERANCE : EXPORT_TOLERANCE);
    const latency = await timePair(before, after, LATENCY, job);
    return {
      recipe,
      ep: sides.ep,
      ...latency,
      startup: { before: before.startup, after: after.startup },
      check: sides.check,
      exportCheck: { ok, maxAbs: difference.maxAbs },
    };
  });
}

/** One sample (real where there are data) through the live session with the recipe's weights. */
async function liveRun(bench: Workbench, data: Dataset | null, recipe: Recipe, job: Job): Promise<{ feeds: Feeds; live: Readonly<Record<string, HostTensor>> }> {
  const run = await bench.run(recipe, job);
  try {
    const kept = await bench.liveAfter(run, job);
    const weights = await kept.live.bind(run, 'after');
    try {
      const feeds = await anySamples(kept, data).feeds([0]);
      return { feeds, live: await weights.run(feeds, job.signal) };
    } finally {
      weights.release();
    }
  } finally {
    run.dispose();
  }
}
