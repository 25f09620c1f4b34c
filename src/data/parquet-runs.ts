import { ThriftReader } from './thrift';

/** Widest numbers that are packed. */
const WIDEST = 32;

/**
 * Goes through `count` numbers of `width` bits in Parquet's hybrid of runs and packed groups, from byte `at`, and tells how many of them
 * are `wanted`. A reader that trusts a run's length writes as many values: runs beyond `count` are refused. Throws `Error`.
 */
export function countInRuns(bytes: Uint8Array, at: number, width: number, count: number, wanted: number): number {
  if (width > WIDEST) throw new Error(`a page is damaged: its numbers have ${width} bits`);
  const reader = new ThriftReader(bytes, at);
  let found = 0;
  for (let seen = 0; seen < count;) {
    const head = reader.varint();
    const left = count - seen;
    if (head % 2 === 0) {
      const length = head / 2;
      if (length > left) throw new Error(`a page is damaged: a run of ${length} values where ${left} are left`);
      const size = (width + 7) >> 3;
      let value = 0;
      for (let k = size - 1; k >= 0; k--) value = value * 256 + (bytes[reader.at + k] ?? 0);
      reader.at += size;
      if (value === wanted) found += length;
      seen += length;
    } else {
      const groups = (head - 1) / 2;
      // With numbers of no bits nothing else ends such a run.
      if (groups * width > bytes.length - reader.at + width || (width === 0 && groups > left))
        throw new Error(`a page is damaged: ${groups} packed groups in the ${bytes.length - reader.at} bytes that are left`);
      const length = Math.min(left, groups * 8);
      if (wanted >= 0) for (let k = 0; k < length; k++) if (packed(bytes, reader.at * 8 + k * width, width) === wanted) found++;
      reader.at += groups * width;
      seen += length;
    }
  }
  return found;
}

/** The number of `width` bits, at most 25, at a bit. */
function packed(bytes: Uint8Array, bit: number, width: number): number {
  const at = bit >> 3;
  const word = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
  return (word >>> (bit & 7)) & ((1 << width) - 1);
}
