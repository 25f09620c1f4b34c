/**
 * `record[key]` where the record has the key itself. Names from outside (options, layers, inputs) may be "constructor" or "__proto__",
 * which every object answers to.
 */
export function own<T>(record: Readonly<Record<string, T>> | undefined, key: string): T | undefined {
  return record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;
}
