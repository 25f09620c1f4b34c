import type { Artifacts } from '../artifacts/types';
import { decode, encode, type Codec } from '../base/codec';

/** Costly results kept by key: the last used ones in memory, within a budget of bytes, those that took long on the user's disk as well. */
export interface Results {
  /**
   * The result of this key, made unless it is kept. Only finished results are shared: a job that is stopped must not fail the next one.
   * @param codec what the result is; a key always stands for the same.
   * @param identity all that the result depends on beside the open model and the device; null: it is kept in memory alone.
   */
  keep<T>(key: string, make: () => Promise<T>, codec: Codec<T>, identity: (() => Promise<string>) | null): Promise<T>;
}

/** Where results go that took long. */
export interface Lasting {
  readonly artifacts: Artifacts;
  /** The open model, and what computes with it: its device and the version of the code. */
  readonly origin: () => Promise<string>;
  /** Milliseconds from which on it is worth a file: what took less is made again as fast as it is found. */
  readonly slowMs: number;
}

interface Kept {
  readonly value: unknown;
  readonly bytes: number;
}

/** Enough for the codes of a few settings of a model of some tens of millions of weights. */
const BUDGET_BYTES = 256 * 2 ** 20;

/** @param lasting null: nothing outlives this object. */
export function createResults(lasting: Lasting | null, budgetBytes = BUDGET_BYTES): Results {
  const kept = new Map<string, Kept>();
  let total = 0;
  const forget = (key: string): void => {
    total -= kept.get(key)?.bytes ?? 0;
    kept.delete(key);
  };
  return {
    async keep<T>(key: string, make: () => Promise<T>, codec: Codec<T>, identity: (() => Promise<string>) | null): Promise<T> {
      const known = kept.get(key);
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the key stands for the type
      const value = known === undefined ? await found(lasting, make, codec, identity) : (known.value as T);
      const bytes = known?.bytes ?? codec.size(value) + 2 * key.length;
      forget(key);
      if (bytes > budgetBytes) return value;
      // Last used goes last: the first entries are the ones to drop.
      kept.set(key, { value, bytes });
      total += bytes;
      for (const oldest of kept.keys()) {
        if (total <= budgetBytes) break;
        forget(oldest);
      }
      return value;
    },
  };
}

/** From the artifacts, or made: and then put there if it took long. */
async function found<T>(
  lasting: Lasting | null,
  make: () => Promise<T>,
  codec: Codec<T>,
  identity: (() => Promise<string>) | null,
): Promise<T> {
  if (lasting === null || identity === null) return make();
  const { artifacts, origin, slowMs } = lasting;
  if (!(await artifacts.available())) return make();
  const key = JSON.stringify([await origin(), await identity()]);
  const bytes = await artifacts.get(key);
  if (bytes !== null) {
    try {
      return decode(codec, bytes);
    } catch {
      // Written by code whose codec was another: it is made again, and takes the place of this one.
    }
  }
  const startedAt = performance.now();
  const value = await make();
  if (performance.now() - startedAt >= slowMs) await artifacts.put(key, encode(codec, value));
  return value;
}
