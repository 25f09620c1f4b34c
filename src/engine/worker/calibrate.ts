/** Runs the user's samples through graphs that passes make to look into the model. */
import type { Artifacts } from '../../artifacts/types';
import { createYielder } from '../../base/yielder';
import { WhittleError } from '../../base/errors';
import type { Job } from '../../base/job';
import type { Dataset } from '../../data/types';
import { datasetSamples } from '../../measure/samples';
import { CALIBRATION_SEED, calibrationSamples } from '../../measure/split';
import type { Passage } from '../../onnx/probe';
import { splitModel } from '../../onnx/split';
import type { Lease, Observed } from '../../passes/types';
import type { SampleSource } from '../../recipe/apply-steps';
import type { TargetId } from '../../recipe/targets';
import type { Recipe } from '../../recipe/types';
import { PROVIDERS } from '../../runtime/providers';
import type { Backend, Feeds, Held, HostTensor, Session } from '../../runtime/types';
import { holdsWell, ROOM_BYTES, ROOM_DISK_BYTES, type KeptValues, type Room } from './kept-values';
import { feedAll, releaser } from './live';
import type { Platform } from './platform';
import { countedOf, withConstants } from './probe-forms';
import { prepare, type PreparedProbe } from './prepared-probe';
import { contentOf } from './sample-content';

/** What runs probes: the workbench of the open model. */
interface Bench {
  readonly platform: Platform;
  /** Where kept values go that main memory has no room for; null: nowhere. */
  readonly artifacts: Artifacts | null;
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

/** The samples that passes of this recipe learn from; null without data. @param room for what they keep of inner values. */
export function sampleSource(
  bench: Bench,
  recipe: Recipe,
  { data, calibration, seed = CALIBRATION_SEED }: UserSamples,
  room: Room = { bytes: ROOM_BYTES, diskBytes: ROOM_DISK_BYTES, disk: bench.artifacts },
): SampleSource | null {
  if (data === null) return null;
  const indices = calibrationSamples(data.length, calibration, seed);
  // What is kept as where float32 has no room, until a value is seen that it does not hold well.
  let narrow: Passage = 'float16';
  return {
    samples: indices.length,
    key: `${keyOf(data)}, ${indices.length}, ${seed}`,
    content: (job) => contentOf(data, indices, job),
    async observe(probe, lease, visit, job) {
      const backend = await bench.quickest(recipe.target, job);
      const onGpu = PROVIDERS[backend.ep].gpu;
      const plain = probe.plain === true && !onGpu;
      const formed = plain ? await withConstants(probe, bench.platform, lease) : probe;
      const fits = 4 * (probe.keep?.floats ?? 0) * indices.length <= room.bytes;
      const run = prepare(formed, room, fits || onGpu ? 'float32' : narrow);
      const options = { ...backend, frugal: true, hold: probe.counted ?? [] };
      const session = await bench.platform.runtime.create(splitModel(run.model), options, job.signal);
      const leases: Lease[] = [];
      const release = releaser(session, leases);
      try {
        const weights = await feedAll(session, bench.platform, formed.weights, lease, leases);
        const kept = await runAll(
          session,
          bench.platform,
          data,
          indices.slice(0, probe.limit),
          weights,
          run,
          plain ? 1 : BATCH,
          visit,
          job,
        );
        if (kept === 'coarse') narrow = 'float32';
        return kept === 'coarse' ? null : kept;
      } finally {
        release();
        await session.settled();
        await session.release();
      }
    },
  };
}

/** Runs the samples. @returns what was kept; 'coarse' where float16 would not hold it. */
async function runAll(
  session: Session,
  platform: Platform,
  data: Dataset,
  indices: readonly number[],
  weights: Feeds,
  run: PreparedProbe,
  most: number,
  visit: Parameters<SampleSource['observe']>[2],
  job: Job,
): Promise<KeptValues | 'coarse' | null> {
  const fed = new Set([...Object.keys(weights), ...run.starts.keys()]);
  const own = session.inputs.filter((i) => !fed.has(i.name));
  const samples = own.length > 0 ? datasetSamples(data, own) : null;
  const yieldTurn = createYielder();
  const startedAt = Date.now();
  // What was kept comes back in the batches that it was kept in.
  const given = run.start?.sizes;
  let size = Math.min(samples?.batch ?? most, most);
  let { keep } = run;
  let coarse = false;
  try {
    for (let at = 0, n = 0; at < indices.length; n++) {
      await yieldTurn();
      job.signal.throwIfAborted();
      const batch = indices.slice(at, at + (given?.[n] ?? size));
      const before = await run.start?.get(n);
      const feeds = { ...(await samples?.feeds(batch)), ...weights, ...run.feedsOf(before) };
      let ran: Held;
      try {
        ran = await session.runHolding(feeds, job.signal);
      } catch (error) {
        // The first axis may be open and the graph still be made for one sample.
        if (given || size === 1 || at > 0 || !(error instanceof WhittleError) || error.code !== 'runtime-failed') throw error;
        size = 1;
        n--;
        continue;
      }
      const { outputs, held } = ran;
      if (keep !== null) {
        coarse = run.made.some((name) => !holds(outputs[name]));
        if (coarse || !(await keep.add(batch.length, run.keptOf(outputs, before)))) {
          keep.release();
          keep = null;
        }
      }
      const seen = Object.entries(outputs).flatMap(([name, tensor]) => (run.made.includes(name) ? [] : floats(name, tensor)));
      try {
        const counted = Object.entries(held).map(([name, each]) => [name, countedOf(each, platform)] as const);
        await visit(Object.fromEntries(seen), batch.length, Object.fromEntries(counted));
      } finally {
        for (const each of Object.values(held)) each.release();
      }
      at += batch.length;
      job.onProgress({ stage: 'Running the calibration samples', done: at, total: indices.length, startedAt });
    }
  } catch (error) {
    keep?.release();
    throw error;
  }
  return coarse ? 'coarse' : keep;
}

/** Whether the tensor, where it is float16, holds what it was made of well. */
function holds(tensor: HostTensor | undefined): boolean {
  return !(tensor?.data instanceof Uint16Array) || holdsWell(tensor.data);
}

function floats(name: string, { data, dims }: HostTensor): [string, Observed][] {
  return data instanceof Float32Array ? [[name, { data, dims }]] : [];
}
