import { describe, expect, it } from 'vitest';
import { cloneForEdit } from './clone';
import { canStore, createEncoder } from './encode';
import { roundScalesToHalf } from './encode/scales';
import { valueInfo } from './graph';
import { fromHalf } from '../base/half';
import { findLayers } from './layers';
import { makeNode } from './nodes';
import { DataType, FLOAT_TYPES, readFloats } from './tensor';
import { convNet, ifNet, lstmNet, matmulNet, returnedNet, transposedNet } from './testing/fixtures';
import { noise } from './testing/noise';
import type { Feeds } from './testing/ort';
import { bool, floats, runModel } from './testing/ort';
import { groupsFor, quantize } from './testing/quantize';
import type { OnnxModel, Storage, WeightType } from './types';

interface Setting {
  readonly storage: Exclude<Storage, 'float16'>;
  readonly bits: number;
  readonly symmetric: boolean;
  readonly granularity: 'tensor' | 'channel' | number;
}

/** Stores every layer that can be stored, and the same dequantized values as plain floats; counts the layers. */
function encodeBoth(
  model: OnnxModel,
  { storage, bits, symmetric, granularity }: Setting,
): { coded: OnnxModel; plain: OnnxModel; stored: number } {
  const [coded, plain] = [cloneForEdit(model), cloneForEdit(model)];
  const [codedEncoder, plainEncoder] = [createEncoder(coded), createEncoder(plain)];
  let stored = 0;
  for (const { layer, value } of findLayers(model).sources) {
    if (!value.constant) continue;
    const { grid, codes, values } = quantize(readFloats(value.constant), groupsFor(layer.view, granularity), bits, symmetric);
    if (canStore(layer, storage, model, grid) !== true) continue;
    if (storage === 'packed') codedEncoder.storePacked(layer.id, grid, codes);
    else if (storage === 'dequantize') codedEncoder.storeDequantize(layer.id, grid, codes);
    else codedEncoder.storeMatMulNBits(layer.id, grid, codes);
    plainEncoder.storeFloat(layer.id, values);
    stored++;
  }
  return { coded, plain, stored };
}

async function worst(model: OnnxModel, feeds: Feeds, setting: Setting): Promise<number> {
  const { coded, plain, stored } = encodeBoth(model, setting);
  expect(stored).toBeGreaterThan(0);
  const [a, b] = [await runModel(coded, feeds), await runModel(plain, feeds)];
  const errors = Object.entries(b).flatMap(([name, values]) => values.map((value, i) => Math.abs(value - (a[name]?.[i] ?? Number.NaN))));
  return Math.max(...errors);
}

const CONV: Feeds = { x: floats([1, 3, 6, 6], noise(108)) };

describe('packed', () => {
  for (const opset of [8, 13, 21]) {
    for (const bits of [2, 3, 4, 5, 6, 7, 8]) {
      it(`decodes ${bits} bits exactly at opset ${opset}, in all granularities`, async () => {
        for (const [at, granularity] of (['tensor', 'channel', 9, 10] as const).entries()) {
          const symmetric = (at + bits) % 2 === 0;
          expect(await worst(convNet(opset), CONV, { storage: 'packed', bits, symmetric, granularity })).toBe(0);
        }
      });
    }
    it(`keeps subgraphs, LSTM, shared weights and outputs right at opset ${opset}`, async () => {
      const setting: Setting = { storage: 'packed', bits: 5, symmetric: false, granularity: 'channel' };
      for (const c of [true, false]) expect(await worst(ifNet(opset), { x: floats([2, 6], noise(12)), c: bool(c) }, setting)).toBe(0);
      expect(await worst(lstmNet(opset), { x: floats([3, 1, 4], noise(12)) }, setting)).toBe(0);
      expect(await worst(returnedNet(opset), { x: floats([2, 4], noise(8)) }, setting)).toBe(0);
    });
  }
  it('holds blocks of every layout: along rows, down columns, over kernels, ragged', async () => {
    for (const granularity of [2, 4, 5, 8, 16]) {
      for (const symmetric of [true, false]) {
        const setting: Setting = { storage: 'packed', bits: 4, symmetric, granularity };
        expect(await worst(matmulNet(13, 16, 6), { x: floats([2, 16], noise(32)) }, setting)).toBe(0);
        expect(await worst(transposedNet(13), { x: floats([1, 4, 3, 3], noise(36)) }, setting)).toBe(0);
      }
    }
  });
  it('takes exactly b bits a code: the bytes of a large weight', () => {
    const model = matmulNet(13, 512, 64);
    for (const bits of [2, 3, 4, 5, 6, 7]) {
      const { coded } = encodeBoth(model, { storage: 'packed', bits, symmetric: true, granularity: 'channel' });
      const bytes = (coded.proto.graph?.initializer ?? []).reduce(
        (sum, tensor) => sum + (tensor.rawData.length >= 4096 ? tensor.rawData.length : 0),
        0,
      );
      expect(bytes).toBe((512 * 64 * bits) / 8);
    }
  });
});

/** Whether the first layer of a model can be stored so. */
function reasonOf(model: OnnxModel, storage: Storage, granularity: Setting['granularity'], bits: number): true | string {
  const [source] = findLayers(model).sources;
  return source ? canStore(source.layer, storage, model, { bits, groups: groupsFor(source.layer.view, granularity) }) : 'no layer';
}

function largestConstant(model: OnnxModel): number {
  return Math.max(...(model.proto.graph?.initializer ?? []).map((tensor) => tensor.rawData.length));
}

describe('dequantize', () => {
  const setting = { storage: 'dequantize', symmetric: true, granularity: 'channel' } as const;
  it('is exact a tensor, a channel and a block, in 8 and in 4 bits', async () => {
    for (const symmetric of [true, false]) {
      expect(await worst(convNet(13), CONV, { ...setting, bits: 8, symmetric })).toBeLessThan(1e-6);
      expect(await worst(convNet(13), CONV, { ...setting, bits: 5, symmetric, granularity: 'tensor' })).toBeLessThan(1e-6);
      expect(await worst(convNet(21), CONV, { ...setting, bits: 4, symmetric })).toBeLessThan(1e-6);
      expect(await worst(convNet(21), CONV, { ...setting, bits: 3, symmetric, granularity: 16 })).toBeLessThan(1e-6);
      expect(
        await worst(matmulNet(21, 32, 6), { x: floats([2, 32], noise(64)) }, { ...setting, bits: 4, symmetric, granularity: 16 }),
      ).toBeLessThan(1e-6);
    }
    expect(await worst(lstmNet(13), { x: floats([3, 1, 4], noise(12)) }, { ...setting, bits: 8 })).toBeLessThan(1e-6);
  });
  it('uses 4-bit containers from opset 21 on', () => {
    const bytes = [13, 21].map((opset) => largestConstant(encodeBoth(matmulNet(opset, 128, 64), { ...setting, bits: 4 }).coded));
    expect(bytes).toEqual([8192, 4096]);
  });
  it('says what an older opset cannot hold', () => {
    expect(reasonOf(convNet(8), 'dequantize', 'tensor', 8)).toMatch(/opset 10/);
    expect(reasonOf(convNet(13), 'dequantize', 'channel', 8)).toBe(true);
    expect(reasonOf(convNet(13), 'dequantize', 9, 8)).toMatch(/opset 21/);
    expect(reasonOf(convNet(21), 'dequantize', 9, 8)).toBe(true);
  });
});

describe('matmulnbits', () => {
  it('is right in 2, 4 and 8 bits, with a ragged last block', async () => {
    for (const bits of [2, 4, 8]) {
      for (const symmetric of [true, false]) {
        const setting: Setting = { storage: 'matmulnbits', bits, symmetric, granularity: 16 };
        expect(await worst(matmulNet(13, 64, 6), { x: floats([2, 64], noise(128)) }, setting)).toBeLessThan(1e-5);
        expect(await worst(matmulNet(21, 56, 6), { x: floats([2, 56], noise(112)) }, setting)).toBeLessThan(1e-5);
      }
    }
  });
  it('is refused where another node or an output reads the weight', () => {
    const matmul = matmulNet(13, 64, 6);
    expect(reasonOf(matmul, 'matmulnbits', 16, 4)).toBe(true);
    expect(reasonOf(matmul, 'matmulnbits', 24, 4)).toMatch(/blocks of 16/);
    expect(reasonOf(matmul, 'matmulnbits', 16, 3)).toMatch(/not 3/);
    expect(reasonOf(returnedNet(13, 16), 'matmulnbits', 16, 4)).toMatch(/as an output/);
    expect(reasonOf(convNet(13), 'matmulnbits', 16, 4)).toMatch(/MatMul only/);
  });
});

describe('floats', () => {
  it("decodes to the weight's own type, whatever it is", async () => {
    // onnxruntime drops casts to float16 and back on its CPU, so that its weights are then unrounded: 2^-11 of each of 6 products.
    for (const [type, limit] of [
      ['float16', 6 * 2 ** -11],
      ['float64', 1e-6],
    ] as const) {
      for (const storage of ['packed', 'dequantize'] as const) {
        const setting = { storage, bits: 6, symmetric: false, granularity: 'channel' } as const;
        expect(await worst(withFloatEnds(matmulNet(13, 6, 4, type), type), { x: floats([2, 6], noise(12)) }, setting)).toBeLessThan(limit);
      }
    }
  });
  it('keeps a float16 weight in float16', () => {
    const model = matmulNet(13, 6, 4, 'float16');
    const coded = cloneForEdit(model);
    const encoder = createEncoder(coded);
    encoder.storeFloat(
      'mm',
      Float32Array.from({ length: 24 }, () => 0.1),
    );
    const [source] = findLayers(coded).sources;
    expect(source?.layer.type).toBe('float16');
    expect(source?.value.constant && readFloats(source.value.constant)[0]).toBe(fromHalf(0x2e66));
    expect(() => encoder.storeFloat('mm', new Float32Array(24))).toThrow(/stored before/);
  });
  it('halves a float32 weight behind a Cast', async () => {
    const model = convNet(8);
    const [half, plain] = [cloneForEdit(model), cloneForEdit(model)];
    const [halfEncoder, plainEncoder] = [createEncoder(half), createEncoder(plain)];
    for (const { layer, value } of findLayers(model).sources) {
      const values = value.constant ? readFloats(value.constant) : new Float32Array(0);
      halfEncoder.storeFloat16(layer.id, values);
      plainEncoder.storeFloat(layer.id, roundedToHalf(values));
    }
    expect(await runModel(half, CONV)).toEqual(await runModel(plain, CONV));
  });
  it('rounds scales to half only where all stay normal numbers', () => {
    expect(roundScalesToHalf(Float32Array.of(0.1, 0, 3))).toEqual(Float32Array.of(fromHalf(0x2e66), 0, 3));
    expect(roundScalesToHalf(Float32Array.of(0.1, 1e-5))).toBeNull();
    expect(roundScalesToHalf(Float32Array.of(0.1, 1e-30))).toBeNull();
    expect(roundScalesToHalf(Float32Array.of(70000))).toBeNull();
  });
});

/** The model behind Casts, with float32 at both ends. */
function withFloatEnds(model: OnnxModel, type: WeightType): OnnxModel {
  const { graph } = model.proto;
  if (!graph) return model;
  const [product] = graph.node.splice(1);
  if (product) {
    const inner = Object.assign(product, { input: ['xc', 'w'], output: ['yc'] });
    graph.node.push(
      makeNode('Cast', ['x'], ['xc'], { to: FLOAT_TYPES[type] }),
      inner,
      makeNode('Cast', ['yc'], ['y'], { to: DataType.FLOAT }),
    );
  }
  graph.input = [valueInfo('x', DataType.FLOAT, [2, 6])];
  graph.output = [valueInfo('y', DataType.FLOAT, [2, 4])];
  return model;
}

function roundedToHalf(values: Float32Array): Float32Array {
  return values.map((value) => {
    // Nearest multiple of the float16 step at this magnitude, ties to even: another route than `toHalf`.
    const step = 2 ** Math.max(-24, Math.floor(Math.log2(Math.abs(value) || 1)) - 10);
    const scaled = value / step;
    const low = Math.floor(scaled);
    const up = scaled - low > 0.5 || (scaled - low === 0.5 && low % 2 !== 0);
    return (up ? low + 1 : low) * step;
  });
}
