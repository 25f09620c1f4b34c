/** Values of a Thrift struct by the number of their field; texts and lists of simple values are undefined where they are not wanted. */
export type Struct = ReadonlyMap<number, Value>;
export type Value = number | boolean | Uint8Array | Struct | readonly Value[];

/** Levels of structs and lists, and values altogether: Parquet's own go to 8 levels; a reader allocates by what is declared. */
const DEEPEST = 32;
const MOST_VALUES = 2 ** 22;
/** Bytes of the longest number of 64 bits. */
const LONGEST = 10;

const [STOP, TRUE, FALSE, BYTE, I16, I32, I64, DOUBLE, BINARY, LIST, STRUCT] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12];

/** Damage found in bytes that should be Thrift. */
export class ThriftError extends Error {
  /** Whether the bytes end too early, so that more of them could mend it. */
  readonly short: boolean;

  constructor(message: string, short = false) {
    super(message);
    this.short = short;
  }
}

/**
 * Reads one struct of Thrift's compact protocol. Unlike a reader that trusts, it is bounded: lists cannot be longer than the bytes that
 * are left, numbers have 10 bytes at most, nesting and the count of values have ends. Throws `ThriftError`.
 */
export class ThriftReader {
  at: number;
  private readonly bytes: Uint8Array;
  private values = 0;

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  struct(depth = 0): Struct {
    const fields = new Map<number, Value>();
    for (let id = 0; ;) {
      const head = this.byte();
      const type = head & 15;
      if (type === STOP) return fields;
      id = head >> 4 ? id + (head >> 4) : this.zigzag();
      fields.set(id, this.value(type, depth));
    }
  }

  private value(type: number, depth: number): Value {
    if (depth > DEEPEST) throw new ThriftError(`it nests deeper than ${DEEPEST} levels`);
    if (++this.values > MOST_VALUES) throw new ThriftError(`it has more than ${MOST_VALUES} values`);
    if (type === TRUE || type === FALSE) return type === TRUE;
    if (type === BYTE) return this.byte();
    if (type === I16 || type === I32 || type === I64) return this.zigzag();
    if (type === DOUBLE) return this.taken(8);
    if (type === BINARY) return this.taken(this.varint());
    if (type === LIST) return this.list(depth);
    if (type === STRUCT) return this.struct(depth + 1);
    throw new ThriftError(`it has a value of the unknown type ${type}`);
  }

  private list(depth: number): readonly Value[] {
    const head = this.byte();
    const type = head & 15;
    const length = head >> 4 === 15 ? this.varint() : head >> 4;
    // Every element takes a byte at least.
    if (length > this.bytes.length - this.at)
      throw new ThriftError(`a list of ${length} items does not fit the ${this.bytes.length - this.at} bytes that are left`, true);
    const items: Value[] = [];
    for (let k = 0; k < length; k++) items.push(type === TRUE || type === FALSE ? this.byte() === 1 : this.value(type, depth + 1));
    return items;
  }

  private taken(length: number): Uint8Array {
    if (length > this.bytes.length - this.at)
      throw new ThriftError(`a text of ${length} bytes does not fit the ${this.bytes.length - this.at} that are left`, true);
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  private byte(): number {
    const byte = this.bytes[this.at++];
    if (byte === undefined) throw new ThriftError('it ends too early', true);
    return byte;
  }

  /** An unsigned number; beyond 2^53 its last digits are lost. */
  varint(): number {
    let value = 0;
    for (let k = 0, factor = 1; k < LONGEST; k++, factor *= 128) {
      const byte = this.byte();
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
    throw new ThriftError(`it has a number of more than ${LONGEST} bytes`);
  }

  private zigzag(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
}
