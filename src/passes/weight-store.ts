import { createScratch } from '../base/scratch';
import type { Compute, Handle } from '../compute/types';
import type { Layer } from '../onnx/types';
import type { Originals } from './originals';
import { codesForm, codesOf, isCoded, valuesOf, type Coded } from './coded';
import { keepCodes, restoreCodes, type KeptCodes } from './kept-codes';
import { createShared, type Shared } from './shared-handle';
import type { Encoding, Lease, WeightStore } from './types';

/** A store with an end: `dispose` frees every value it owns (not the originals). */
export interface OwnedWeightStore extends WeightStore {
  /** Codes of a value on a grid or in a codebook, one byte each in tensor order. Only for layers with such an encoding. */
  codesOf(layerId: string): Promise<Uint8Array<ArrayBuffer>>;
  /** Frees a layer's replaced value, once it is written: the original takes its place. */
  drop(layerId: string): void;
  /** Takes a parameter in that no original knows of, with its value before; that of the one whose place it takes, if that is kept here. */
  add(id: string, before: Float32Array, replaced: string): void;
  /** Replaces a parameter that is no weight. */
  set(id: string, values: Float32Array): void;
  /** Whether any parameter that is no weight has been replaced. */
  readonly hasSet: boolean;
  /** Frees every value. Leases still out stay valid until they are released. */
  dispose(): void;
}

/** A replaced value. 'device': on the device; 'codes' and 'floats': in main memory (streaming, and all that are no weights). */
type Value =
  | { readonly at: 'device'; readonly shared: Shared }
  | { readonly at: 'codes'; readonly codes: KeptCodes; readonly encoding: Coded }
  | { readonly at: 'floats'; readonly floats: Float32Array };

interface Entry {
  readonly value: Value;
  readonly encoding: Encoding | null;
}

/**
 * The present values of a recipe run, over originals that outlive it. In streaming mode a replaced value leaves the device at
 * once: on a grid or in a codebook it is kept as codes (a byte a weight or less), else as floats.
 */
export function createWeightStore(layers: readonly Layer[], originals: Originals, compute: Compute): OwnedWeightStore {
  const entries = new Map<string, Entry>();
  /** Values before, of parameters that no original knows of. */
  const added = new Map<string, Float32Array>();
  let hasSet = false;
  const scratch = createScratch();

  async function keep(handle: Handle, encoding: Encoding | null): Promise<Value> {
    if (originals.mode === 'resident') return { at: 'device', shared: createShared(handle) };
    try {
      if (isCoded(encoding))
        return { at: 'codes', codes: keepCodes(await codesOf(compute, handle, encoding), codesForm(encoding)), encoding };
      return { at: 'floats', floats: await compute.download(handle) };
    } finally {
      handle.destroy();
    }
  }

  /** Values on the device while the lease lasts. */
  function leaseOf(floats: Float32Array): Lease {
    const fresh = createShared(compute.upload(floats));
    const lease = fresh.lease();
    fresh.retire();
    return lease;
  }

  return {
    layers,
    async acquire(layerId) {
      const entry = entries.get(layerId);
      if (entry === undefined) return this.acquireOriginal(layerId);
      const { value } = entry;
      if (value.at === 'device') return value.shared.lease();
      const floats =
        value.at === 'floats' ? value.floats : valuesOf(restoreCodes(value.codes, codesForm(value.encoding)), value.encoding, scratch);
      return leaseOf(floats);
    },
    async acquireOriginal(id) {
      const floats = added.get(id);
      return floats === undefined ? originals.acquire(id) : leaseOf(floats);
    },
    add(id, before, replaced) {
      const older = added.get(replaced);
      added.set(id, older?.length === before.length ? older : before);
    },
    set(id, values) {
      entries.set(id, { value: { at: 'floats', floats: values }, encoding: null });
      hasSet = true;
    },
    get hasSet() {
      return hasSet;
    },
    async put(layerId, handle, encoding) {
      const value = await keep(handle, encoding);
      const before = entries.get(layerId)?.value;
      entries.set(layerId, { value, encoding });
      if (before?.at === 'device') before.shared.retire();
    },
    encodingOf: (layerId) => entries.get(layerId)?.encoding ?? null,
    isChanged: (layerId) => entries.has(layerId),
    async codesOf(layerId) {
      const entry = entries.get(layerId);
      const encoding = entry?.encoding ?? null;
      if (entry === undefined || !isCoded(encoding)) throw new RangeError(`"${layerId}" has no codes`);
      if (entry.value.at === 'codes') return restoreCodes(entry.value.codes, codesForm(encoding));
      const lease = await this.acquire(layerId);
      try {
        return await codesOf(compute, lease.handle, encoding);
      } finally {
        lease.release();
      }
    },
    drop(layerId) {
      const value = entries.get(layerId)?.value;
      if (value?.at === 'device') value.shared.retire();
      entries.delete(layerId);
    },
    dispose() {
      for (const { value } of entries.values()) if (value.at === 'device') value.shared.retire();
      entries.clear();
    },
  };
}
