import { create } from '@bufbuild/protobuf';
import { TensorProtoSchema } from 'onnx-buf';
import { describe, expect, it } from 'vitest';
import { DataType, encodeFloats, FLOAT_TYPES, makeTensor, readFloats, readInts } from './tensor';

const typed = (init: Parameters<typeof create<typeof TensorProtoSchema>>[1]) => create(TensorProtoSchema, init);

describe('readFloats', () => {
  it('views aligned raw data and copies unaligned raw data', () => {
    const buffer = new Uint8Array(13);
    buffer.set(new Uint8Array(Float32Array.of(1.5, -2).buffer), 4);
    const aligned = readFloats(makeTensor('a', DataType.FLOAT, [2], buffer.subarray(4, 12)));
    expect([...aligned]).toEqual([1.5, -2]);
    expect(aligned.buffer).toBe(buffer.buffer);
    buffer.copyWithin(5, 4, 12);
    const shifted = readFloats(makeTensor('a', DataType.FLOAT, [2], buffer.subarray(5, 13)));
    expect([...shifted]).toEqual([1.5, -2]);
    expect(shifted.buffer).not.toBe(buffer.buffer);
  });

  it('reads every float type, raw and typed, to the same values', () => {
    const values = Float32Array.of(0, 1, -0.5, 96);
    for (const type of ['float32', 'float16', 'bfloat16', 'float64'] as const) {
      expect(readFloats(makeTensor('t', FLOAT_TYPES[type], [4], encodeFloats(type, values)))).toEqual(values);
    }
    const dims = [4n];
    expect(readFloats(typed({ dims, dataType: DataType.FLOAT, floatData: [...values] }))).toEqual(values);
    expect(readFloats(typed({ dims, dataType: DataType.DOUBLE, doubleData: [...values] }))).toEqual(values);
    expect(readFloats(typed({ dims, dataType: DataType.FLOAT16, int32Data: [0, 0x3c00, 0xb800, 0x5600] }))).toEqual(values);
    expect(readFloats(typed({ dims, dataType: DataType.BFLOAT16, int32Data: [0, 0x3f80, 0xbf00, 0x42c0] }))).toEqual(values);
  });

  it('refuses integers', () => {
    expect(() => readFloats(makeTensor('t', DataType.INT8, [1], Uint8Array.of(1)))).toThrow(/"t" is int8/);
  });
});

describe('readInts', () => {
  it('unpacks types narrower than a byte, low bits first, with their sign', () => {
    const bytes = Uint8Array.of(0x8f, 0x07);
    expect(readInts(makeTensor('t', DataType.INT4, [3], bytes))).toEqual([-1, -8, 7]);
    expect(readInts(makeTensor('t', DataType.UINT4, [3], bytes))).toEqual([15, 8, 7]);
    expect(readInts(makeTensor('t', DataType.INT2, [4], Uint8Array.of(0b11100100)))).toEqual([0, 1, -2, -1]);
    expect(readInts(makeTensor('t', DataType.UINT2, [4], Uint8Array.of(0b11100100)))).toEqual([0, 1, 2, 3]);
    expect(readInts(typed({ dims: [3n], dataType: DataType.INT4, int32Data: [0x8f, 0x07] }))).toEqual([-1, -8, 7]);
  });

  it('reads wide types, raw and typed', () => {
    const bytes = new Uint8Array(BigInt64Array.of(-3n, 1n << 40n).buffer);
    expect(readInts(makeTensor('t', DataType.INT64, [2], bytes))).toEqual([-3, 2 ** 40]);
    expect(readInts(makeTensor('t', DataType.UINT16, [1], Uint8Array.of(0xff, 0xff)))).toEqual([65535]);
    expect(readInts(typed({ dims: [2n], dataType: DataType.INT64, int64Data: [-3n, 4n] }))).toEqual([-3, 4]);
    expect(readInts(typed({ dims: [1n], dataType: DataType.UINT32, uint64Data: [4294967295n] }))).toEqual([4294967295]);
    expect(readInts(typed({ dims: [2n], dataType: DataType.UINT8, int32Data: [0, 255] }))).toEqual([0, 255]);
  });
});
