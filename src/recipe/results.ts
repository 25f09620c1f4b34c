/** Costly results kept by key, the last used ones within a budget of bytes. */
export interface Results {
  /** Only finished results are shared: a job that is stopped must not fail the next one. */
  keep<T>(key: string, make: () => Promise<T>, bytesOf: (value: T) => number): Promise<T>;
  clear(): void;
}

interface Kept {
  readonly value: unknown;
  readonly bytes: number;
}

/** A key must always be used with the same type. */
export function createResults(budgetBytes: number): Results {
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
    clear() {
      kept.clear();
      total = 0;
    },
  };
}
