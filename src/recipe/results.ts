/** Costly results kept by key, the last used ones within a budget of bytes. */
export interface Results {
  /** Only finished results are shared: a job that is stopped must not fail the next one. */
  keep<T>(key: string, make: () => Promise<T>, bytesOf: (value: T) => number): Promise<T>;
}

interface Kept {
  readonly value: unknown;
  readonly bytes: number;
}

/** Enough for the codes of a few settings of a model of some tens of millions of weights. */
const BUDGET_BYTES = 256 * 2 ** 20;

/** A key must always be used with the same type. */
export function createResults(budgetBytes = BUDGET_BYTES): Results {
  const kept = new Map<string, Kept>();
  let total = 0;
  const forget = (key: string): void => {
    total -= kept.get(key)?.bytes ?? 0;
    kept.delete(key);
  };
  return {
    async keep<T>(key: string, make: () => Promise<T>, bytesOf: (value: T) => number): Promise<T> {
      const known = kept.get(key);
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the key stands for the type
      const value = known === undefined ? await make() : (known.value as T);
      const bytes = known?.bytes ?? bytesOf(value);
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
