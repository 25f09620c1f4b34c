/** Entries of two lists brought together by key, in the order they first appear; undefined where one list has none. */
export function pairBy<T>(
  before: readonly T[],
  after: readonly T[],
  key: (entry: T) => string,
): { readonly before: T | undefined; readonly after: T | undefined }[] {
  const [left, right] = [new Map(before.map((entry) => [key(entry), entry])), new Map(after.map((entry) => [key(entry), entry]))];
  return [...new Set([...left.keys(), ...right.keys()])].map((name) => ({ before: left.get(name), after: right.get(name) }));
}
