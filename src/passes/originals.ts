import { WhittleError } from '../base/errors';
import type { Compute, Handle } from '../compute/types';
import type { Layer } from '../onnx/types';
import { createShared, type Shared } from './shared-handle';
import type { Lease } from './types';

/** 'resident' keeps values on the device; 'streaming' only while they are leased, so that one layer's memory is enough. */
export type StoreMode = 'resident' | 'streaming';

/** @throws WhittleError `non-finite-weights` that names the layer and counts its NaN and infinite values. */
export function refuseNonFinite(layerId: string, values: Float32Array): void {
  let count = 0;
  for (const v of values) if (!Number.isFinite(v)) count++;
  if (count === 0) return;
  throw new WhittleError(
    'non-finite-weights',
    `Layer "${layerId}" holds ${count} of ${values.length} weights that are NaN or infinite.`,
    'Exclude the layer, or export the model again from a checkpoint with finite weights.',
  );
}

/** Source values that a weight store starts from. */
export interface Originals {
  readonly mode: StoreMode;
  acquire(layerId: string): Promise<Lease>;
  /** Uploads made so far: a slider move on resident weights makes none. */
  readonly uploads: number;
  /** Frees what is kept. Leases still out stay valid until they are released. */
  destroy(): void;
}

/**
 * Values of layers, uploaded when first asked for; values that are not finite are refused then.
 * @param read gives a layer's values as float32; the array may be overwritten by the next read.
 */
export function createOriginals(layers: readonly Layer[], read: (layer: Layer) => Float32Array, compute: Compute, mode: StoreMode): Originals {
  const byId = new Map(layers.map((l) => [l.id, l]));
  const kept = new Map<string, Shared>();
  let uploads = 0;

  function upload(layerId: string): Handle {
    const layer = byId.get(layerId);
    if (layer === undefined) throw new WhittleError('internal', `There is no layer "${layerId}".`, 'Report this fault.');
    const values = read(layer);
    refuseNonFinite(layer.id, values);
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
    destroy() {
      for (const shared of kept.values()) shared.retire();
      kept.clear();
    },
  };
}
