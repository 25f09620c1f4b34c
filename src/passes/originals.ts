import { WhittleError } from '../base/errors';
import { agreeing, counted } from '../base/plural';
import type { Compute, Handle } from '../compute/types';
import type { Layer } from '../onnx/types';
import { createShared, type Shared } from './shared-handle';
import type { Lease, WeightStore } from './types';

/**
 * 'resident' keeps values on the device; 'streaming' only while they are leased, so that the memory of one wave of layers (waves.ts) is
 * enough.
 */
export type StoreMode = 'resident' | 'streaming';

/** Beyond this a rounding, a mean or a scale of weights may leave float32's range (2^128), whatever is done to them. */
const LARGEST = 2 ** 126;

/**
 * Why no pass can compute with these weights: `non-finite-weights` that names the layer and counts them; null where all are finite and not
 * huge.
 */
function problemWith(layerId: string, values: Float32Array): WhittleError | null {
  let [count, huge] = [0, 0];
  for (const v of values) {
    if (!Number.isFinite(v)) count++;
    else if (Math.abs(v) > LARGEST) huge++;
  }
  if (count === 0 && huge === 0) return null;
  const what =
    count > 0
      ? `${count} of ${counted(values.length, 'weight')} that ${agreeing(count, 'is', 'are')} NaN or infinite`
      : `${huge} of ${counted(values.length, 'weight')} beyond ±${LARGEST.toPrecision(2)}, which float32 cannot compute with`;
  return new WhittleError(
    'non-finite-weights',
    `Layer "${layerId}" holds ${what}.`,
    'Exclude the layer from this pass, or export the model again from a checkpoint with finite weights.',
  );
}

/** @throws WhittleError `non-finite-weights`, for what a pass made of a layer. */
export function refuseNonFinite(layerId: string, values: Float32Array): void {
  const problem = problemWith(layerId, values);
  if (problem) throw problem;
}

/** Source values that a weight store starts from. */
export interface Originals {
  readonly mode: StoreMode;
  acquire(layerId: string): Promise<Lease>;
  /** Why passes cannot compute with a layer's values; known once they were acquired. They can be run and written all the same. */
  problemOf(layerId: string): WhittleError | null;
  /** Uploads made so far: a slider move on resident weights makes none. */
  readonly uploads: number;
  /** Frees what is kept. Leases still out stay valid until they are released. */
  destroy(): void;
}

/**
 * Values of layers, uploaded when first asked for.
 * @param read gives a layer's values as float32; the array may be overwritten by the next read.
 */
export function createOriginals(
  layers: readonly Layer[],
  read: (layer: Layer) => Float32Array,
  compute: Compute,
  mode: StoreMode,
): Originals {
  const byId = new Map(layers.map((l) => [l.id, l]));
  const kept = new Map<string, Shared>();
  const problems = new Map<string, WhittleError>();
  let uploads = 0;

  function upload(layerId: string): Handle {
    const layer = byId.get(layerId);
    if (layer === undefined) throw new WhittleError('internal', `There is no layer "${layerId}".`, 'Report this fault.');
    const values = read(layer);
    const problem = problemWith(layer.id, values);
    if (problem) problems.set(layer.id, problem);
    uploads++;
    return compute.upload(values);
  }

  return {
    mode,
    get uploads() {
      return uploads;
    },
    async acquire(layerId) {
      const shared = kept.get(layerId);
      if (shared !== undefined) return shared.lease();
      const fresh = createShared(upload(layerId));
      if (mode === 'resident') {
        kept.set(layerId, fresh);
        return fresh.lease();
      }
      const lease = fresh.lease();
      fresh.retire();
      return lease;
    },
    problemOf: (layerId) => problems.get(layerId) ?? null,
    destroy() {
      for (const shared of kept.values()) shared.retire();
      kept.clear();
    },
  };
}

/**
 * The store as passes see it: it refuses, by name, values that they cannot compute with. What only runs or writes a network takes the store
 * itself.
 */
export function refusing(store: WeightStore, originals: Pick<Originals, 'problemOf'>): WeightStore {
  const checked = async (layerId: string, lease: Lease): Promise<Lease> => {
    const problem = originals.problemOf(layerId);
    if (!problem) return lease;
    lease.release();
    throw problem;
  };
  return {
    layers: store.layers,
    originalBiases: store.originalBiases,
    acquire: async (layerId) => checked(layerId, await store.acquire(layerId)),
    acquireOriginal: async (layerId) => checked(layerId, await store.acquireOriginal(layerId)),
    put: (layerId, handle, encoding) => store.put(layerId, handle, encoding),
    encodingOf: (layerId) => store.encodingOf(layerId),
    isChanged: (layerId) => store.isChanged(layerId),
  };
}
