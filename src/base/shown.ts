/** Characters of a value in a message. */
const LENGTH = 80;
/** Items of a list, and levels of nesting. */
const ITEMS = 12;
const DEPTH = 3;

/**
 * A value from outside as a message shows it: JSON, cut where it is long or deep, and NaN and infinities by name. JSON.stringify overflows
 * the stack on deep nesting, takes as long as the value is large, and writes Infinity as null.
 */
export function shown(value: unknown): string {
  return value === undefined ? 'missing' : cut(text(value, DEPTH));
}

function text(value: unknown, depth: number): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, LENGTH + 1));
  if (typeof value !== 'object' || value === null) return String(value);
  const list = Array.isArray(value);
  if (depth === 0) return list ? '[…]' : '{…}';
  const parts: string[] = [];
  if (list) for (let i = 0; i < value.length && parts.length < ITEMS; i++) parts.push(text(value[i], depth - 1));
  else for (const key of someKeys(value)) parts.push(`${JSON.stringify(key.slice(0, LENGTH))}:${text(Reflect.get(value, key), depth - 1)}`);
  return list ? `[${parts.join(',')}]` : `{${parts.join(',')}}`;
}

function someKeys(value: object): string[] {
  const keys: string[] = [];
  for (const key in value) {
    if (keys.length === ITEMS) break;
    if (Object.hasOwn(value, key)) keys.push(key);
  }
  return keys;
}

function cut(all: string): string {
  return all.length > LENGTH ? `${all.slice(0, LENGTH - 1)}…` : all;
}
