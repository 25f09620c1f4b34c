/** How values of a type become bytes and come back: small parts, of which codecs of larger values are built. Little-endian. */
export interface Codec<T> {
  /** Bytes that it takes. */
  size(value: T): number;
  write(value: T, to: Cursor): void;
  /** Throws RangeError where the bytes are no such value. */
  read(from: Cursor): T;
}

/** A place in bytes that are written or read one after another. */
interface Cursor {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly view: DataView;
  at: number;
}

/** The value's bytes. */
export function encode<T>(codec: Codec<T>, value: T): Uint8Array<ArrayBuffer> {
  const cursor = cursorOver(new Uint8Array(codec.size(value)));
  codec.write(value, cursor);
  return cursor.bytes;
}

/** The value of these bytes. Throws RangeError where they are not one of it, whole. */
export function decode<T>(codec: Codec<T>, bytes: Uint8Array<ArrayBuffer>): T {
  const cursor = cursorOver(bytes);
  const value = codec.read(cursor);
  if (cursor.at !== bytes.length) throw new RangeError(`${bytes.length - cursor.at} bytes are left over`);
  return value;
}

function cursorOver(bytes: Uint8Array<ArrayBuffer>): Cursor {
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), at: 0 };
}

/** Moves on by some bytes and says where they began. */
function take(cursor: Cursor, bytes: number): number {
  const { at } = cursor;
  if (at + bytes > cursor.bytes.length) throw new RangeError('the bytes end too early');
  cursor.at = at + bytes;
  return at;
}

/** A float64: exact for every number. */
export const number: Codec<number> = {
  size: () => 8,
  write: (value, to) => to.view.setFloat64(take(to, 8), value, true),
  read: (from) => from.view.getFloat64(take(from, 8), true),
};

/** Nothing at all: the value is known. */
export function constant<const T>(value: T): Codec<T> {
  return { size: () => 0, write: () => {}, read: () => value };
}

/** One of a few values, by its place among them. */
export function oneOf<const T extends string | number>(...values: readonly T[]): Codec<T> {
  return {
    size: () => 1,
    write: (value, to) => to.view.setUint8(take(to, 1), values.indexOf(value)),
    read(from) {
      const found = values[from.view.getUint8(take(from, 1))];
      if (found === undefined) throw new RangeError('no value has this number');
      return found;
    },
  };
}

interface Numbers {
  readonly buffer: ArrayBufferLike;
  readonly byteOffset: number;
  readonly byteLength: number;
}

function arrays<T extends Numbers>(width: number, make: (buffer: ArrayBuffer) => T): Codec<T> {
  return {
    size: ({ byteLength }) => 8 + byteLength,
    write({ buffer, byteOffset, byteLength }, to) {
      number.write(byteLength, to);
      to.bytes.set(new Uint8Array(buffer, byteOffset, byteLength), take(to, byteLength));
    },
    read(from) {
      const length = count(from);
      if (length % width !== 0) throw new RangeError('no length of such an array');
      const at = take(from, length);
      return make(from.bytes.slice(at, at + length).buffer);
    },
  };
}

export const floats = arrays(4, (buffer) => new Float32Array(buffer));
export const doubles = arrays(8, (buffer) => new Float64Array(buffer));
export const integers = arrays(4, (buffer) => new Int32Array(buffer));
export const octets = arrays(1, (buffer) => new Uint8Array(buffer));

/** A string, as UTF-8. */
export const text: Codec<string> = {
  size: (value) => octets.size(new TextEncoder().encode(value)),
  write: (value, to) => octets.write(new TextEncoder().encode(value), to),
  read: (from) => new TextDecoder().decode(octets.read(from)),
};

/** A list of any length. */
export function listOf<T>(each: Codec<T>): Codec<readonly T[]> {
  return {
    size: (values) => values.reduce((sum, value) => sum + each.size(value), 8),
    write(values, to) {
      number.write(values.length, to);
      for (const value of values) each.write(value, to);
    },
    read(from) {
      const values: T[] = [];
      for (let left = count(from); left > 0; left--) values.push(each.read(from));
      return values;
    },
  };
}

/** A map by names, in its order. */
export function mapOf<T>(each: Codec<T>): Codec<ReadonlyMap<string, T>> {
  const entries = listOf<readonly [string, T]>({
    size: ([name, value]) => text.size(name) + each.size(value),
    write([name, value], to) {
      text.write(name, to);
      each.write(value, to);
    },
    read: (from) => [text.read(from), each.read(from)],
  });
  return {
    size: (values) => entries.size([...values]),
    write: (values, to) => entries.write([...values], to),
    read: (from) => new Map(entries.read(from)),
  };
}

/** An object, field by field in the order of the codecs. */
export function record<T extends object>(fields: { readonly [K in keyof T]: Codec<T[K]> }): Codec<T> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- its own keys
  const keys = Object.keys(fields) as (keyof T)[];
  return {
    size: (value) => keys.reduce((sum, key) => sum + fields[key].size(value[key]), 0),
    write(value, to) {
      for (const key of keys) fields[key].write(value[key], to);
    },
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- every key of it was read
    read: (from) => Object.fromEntries(keys.map((key) => [key, fields[key].read(from)])) as T,
  };
}

/** One of two kinds of value. */
export function either<A, B>(isFirst: (value: A | B) => value is A, first: Codec<A>, second: Codec<B>): Codec<A | B> {
  const which = oneOf('first', 'second');
  return {
    size: (value) => 1 + (isFirst(value) ? first.size(value) : second.size(value)),
    write(value, to) {
      which.write(isFirst(value) ? 'first' : 'second', to);
      if (isFirst(value)) first.write(value, to);
      else second.write(value, to);
    },
    read: (from) => (which.read(from) === 'first' ? first.read(from) : second.read(from)),
  };
}

/** A value that may be missing. */
export function nullable<T>(codec: Codec<T>): Codec<T | null> {
  return either((value: T | null): value is null => value === null, constant(null), codec);
}

function count(from: Cursor): number {
  const read = number.read(from);
  // No more things than bytes: a damaged length must not be believed.
  if (!Number.isInteger(read) || read < 0 || read > from.bytes.length) throw new RangeError('no such number of things');
  return read;
}
