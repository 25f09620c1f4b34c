import { WhittleError } from '../base/errors';
import { agreeing, counted } from '../base/plural';
import type { Compute, Handle } from '../compute/types';
import type { Parameter } from '../onnx/parameters';
import { createShared, type Shared } from './shared-handle';
import type { Lease } from './types';

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

/** Source values of parameters that a store starts from. */
export interface Originals {
  readonly mode: StoreMode;
  acquire(id: string): Promise<Lease>;
  /** Why passes cannot compute with a parameter's values; known once they were acquired. They can be run and written all the same. */
  problemOf(id: string): WhittleError | null;
  /** Uploads made so far: a slider move on resident weights makes none. */
  readonly uploads: number;
  /** Frees what is kept. Leases still out stay valid until they are released. */
  destroy(): void;
}

/**
 * Values of parameters, uploaded when first asked for.
 * @param read gives one's values as float32; the array may be overwritten by the next read.
 */
export function createOriginals<P extends Pick<Parameter, 'id'>>(
  parameters: readonly P[],
  read: (parameter: P) => Float32Array,
  compute: Compute,
  mode: StoreMode,
): Originals {
  const byId = new Map(parameters.map((p) => [p.id, p]));
  const kept = new Map<string, Shared>();
  const problems = new Map<string, WhittleError>();
  let uploads = 0;

  function upload(id: string): Handle {
    const parameter = byId.get(id);
    if (parameter === undefined) throw new WhittleError('internal', `There is no parameter "${id}".`, 'Report this fault.');
    const values = read(parameter);
    const problem = problemWith(id, values);
    if (problem) problems.set(id, problem);
    uploads++;
    return compute.upload(values);
  }

  return {
    mode,
    get uploads() {
      return uploads;
    },
    async acquire(id) {
      const shared = kept.get(id);
      if (shared !== undefined) return shared.lease();
      const fresh = createShared(upload(id));
      if (mode === 'resident') {
        kept.set(id, fresh);
        return fresh.lease();
      }
      const lease = fresh.lease();
      fresh.retire();
      return lease;
    },
    problemOf: (id) => problems.get(id) ?? null,
    destroy() {
      for (const shared of kept.values()) shared.retire();
      kept.clear();
    },
  };
}
