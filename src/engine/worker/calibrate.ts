/** Runs the user's samples through graphs that passes make to look into the model. */
import { createYielder } from '../../base/yielder';
import { WhittleError } from '../../base/errors';
import type { Job } from '../../base/job';
import type { Dataset } from '../../data/types';
import { datasetSamples } from '../../measure/samples';
import { CALIBRATION_SEED, calibrationSamples } from '../../measure/split';
import { concatChunks, writeModel } from '../../onnx/write';
import type { Lease, Observed, Probe } from '../../passes/types';
import type { SampleSource } from '../../recipe/apply-steps';
import type { TargetId } from '../../recipe/targets';
import type { Recipe } from '../../recipe/types';
import type { Backend, Feeds, HostTensor, Session } from '../../runtime/types';
import { feedAll, releaser } from './live';
import type { Platform } from './platform';
import { contentOf } from './sample-content';

/** What runs probes: the workbench of the open model. */
interface Bench {
  readonly platform: Platform;
  quickest(target: TargetId, job: Job): Promise<Backend>;
}

/** The data in use, and how many of its samples passes may learn from. */
export interface UserSamples {
  readonly data: Dataset | null;
  readonly calibration: number;
  /** Samples that are scored, of those from which no pass learns; absent: all of them. */
  readonly scored?: number;
  /** Which draw of them; absent: the product's own. */
  readonly seed?: number;
}

/** Probes hold activations of a whole batch several times over, and off a GPU larger batches gain nothing. */
const BATCH = 4;

/** Samples of a session without data: passes that need some say so. */
export function noSamples(): UserSamples {
  return { data: null, calibration: 0 };
}

const keys = new WeakMap<Dataset, string>();
let datasets = 0;

function keyOf(data: Dataset): string {
  const key = keys.get(data) ?? `data ${datasets++}`;
  keys.set(data, key);
  return key;
}

/** The samples that passes of this recipe learn from; null without data. */
export function sampleSource(
  bench: Bench,
  recipe: Recipe,
  { data, calibration, seed = CALIBRATION_SEED }: UserSamples,
): SampleSource | null {
  if (data === null) return null;
  const indices = calibrationSamples(data.length, calibration, seed);
  return {
    samples: indices.length,
    key: `${keyOf(data)}, ${indices.length}, ${seed}`,
    content: (job) => contentOf(data, indices, job),
    async observe(probe, lease, visit, job) {
      const backend = await bench.quickest(recipe.target, job);
      const session = await bench.platform.runtime.create(concatChunks(writeModel(probe.model)), backend, job.signal);
      const leases: Lease[] = [];
      const release = releaser(session, leases);
      try {
        const weights = await feedAll(session, bench.platform, probe.weights, lease, leases);
        await runAll(session, data, indices.slice(0, probe.limit), weights, probe, visit, job);
      } finally {
        release();
        await session.settled();
        await session.release();
      }
    },
  };
}

async function runAll(
  session: Session,
  data: Dataset,
  indices: readonly number[],
  weights: Feeds,
  probe: Probe,
  visit: Parameters<SampleSource['observe']>[2],
  job: Job,
): Promise<void> {
  const fed = new Set(probe.weights.map((w) => w.inputName));
  const samples = datasetSamples(
    data,
    session.inputs.filter((i) => !fed.has(i.name)),
  );
  const yieldTurn = createYielder();
  const startedAt = Date.now();
  let size = Math.min(samples.batch, BATCH);
  for (let at = 0; at < indices.length;) {
    await yieldTurn();
    job.signal.throwIfAborted();
    const batch = indices.slice(at, at + size);
    const feeds = await samples.feeds(batch);
    let outputs: Readonly<Record<string, HostTensor>>;
    try {
      outputs = await session.run({ ...feeds, ...weights }, job.signal);
    } catch (error) {
      // The first axis may be open and the graph still be made for one sample.
      if (size === 1 || at > 0 || !(error instanceof WhittleError) || error.code !== 'runtime-failed') throw error;
      size = 1;
      continue;
    }
    await visit(Object.fromEntries(Object.entries(outputs).flatMap(([name, tensor]) => floats(name, tensor))), batch.length);
    at += batch.length;
    job.onProgress({ stage: 'Running the calibration samples', done: at, total: indices.length, startedAt });
  }
}

function floats(name: string, { data, dims }: HostTensor): [string, Observed][] {
  return data instanceof Float32Array ? [[name, { data, dims }]] : [];
}
