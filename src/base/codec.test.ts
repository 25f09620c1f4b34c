import { describe, expect, test } from 'vitest';
import {
  constant,
  decode,
  doubles,
  either,
  encode,
  floats,
  integers,
  listOf,
  mapOf,
  nullable,
  number,
  octets,
  oneOf,
  record,
  text,
} from './codec';

interface Kept {
  readonly kind: 'kept';
  readonly name: string;
  readonly storage: 'packed' | 'dequantize';
  readonly scales: Float32Array;
  readonly zeros: Int32Array;
  readonly codes: Uint8Array;
  readonly bias: Float64Array | null;
  readonly skipped: readonly { readonly layer: string; readonly reason: string }[];
  readonly shifts: ReadonlyMap<string, Float64Array | string>;
}

const KEPT = record<Kept>({
  kind: constant('kept'),
  name: text,
  storage: oneOf('packed', 'dequantize'),
  scales: floats,
  zeros: integers,
  codes: octets,
  bias: nullable(doubles),
  skipped: listOf(record({ layer: text, reason: text })),
  shifts: mapOf(either((value: Float64Array | string): value is string => typeof value === 'string', text, doubles)),
});

const kept: Kept = {
  kind: 'kept',
  name: 'conv é',
  storage: 'dequantize',
  // A view into a larger buffer: only its own values are kept.
  scales: Float32Array.of(9, 0.1, -0, Number.NaN).subarray(1),
  zeros: Int32Array.of(-(2 ** 31), 3),
  codes: Uint8Array.of(1, 2, 255),
  bias: null,
  skipped: [{ layer: '', reason: 'none' }],
  shifts: new Map<string, Float64Array | string>([
    ['a', Float64Array.of(1e-300, Infinity)],
    ['b', 'not known'],
  ]),
};

test('a value comes back as it was, and its size is that of its bytes', () => {
  const bytes = encode(KEPT, kept);
  expect(bytes.length).toBe(KEPT.size(kept));
  expect(decode(KEPT, bytes)).toEqual(kept);
  expect(decode(KEPT, encode(KEPT, { ...kept, bias: Float64Array.of(2) })).bias).toEqual(Float64Array.of(2));
});

describe('bytes that are no such value are refused', () => {
  const bytes = encode(KEPT, kept);
  test.each([0, 1, 8, 9, bytes.length - 1])('cut after %i', (length) => {
    expect(() => decode(KEPT, bytes.slice(0, length))).toThrow(RangeError);
  });
  test('too many, a length beyond them, a number that no value has', () => {
    expect(() => decode(number, encode(listOf(number), [1]))).toThrow('left over');
    expect(() => decode(octets, encode(number, 2 ** 40))).toThrow(RangeError);
    expect(() => decode(floats, encode(octets, Uint8Array.of(1, 2, 3)))).toThrow('no length');
    expect(() => decode(oneOf('a', 'b'), Uint8Array.of(7))).toThrow('no value');
  });
});
