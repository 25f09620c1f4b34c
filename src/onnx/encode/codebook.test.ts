import { describe, expect, it } from 'vitest';
import { cloneForEdit } from '../clone';
import { createEncoder } from '../encode';
import { findLayers } from '../layers';
import { convNet, ifNet, lstmNet, matmulNet, returnedNet, transposedNet } from '../testing/fixtures';
import { noise } from '../testing/noise';
import { bool, floats, runModel, type Feeds } from '../testing/ort';
import { groupsFor } from '../testing/quantize';
import type { OnnxModel } from '../types';
import { fromHalf, toHalf } from '../../base/half';
import { type Codebook, codebookBits } from '../../base/grids';

/** Codes and tables of no meaning, and one by one what they stand for. */
function coded(
  groups: Codebook['groups'],
  size: number,
  halves: boolean,
): { codebook: Codebook; codes: Uint8Array<ArrayBuffer>; values: Float32Array } {
  const count = groups.outer * groups.channels * groups.inner;
  const tables = noise(groups.channels * size, 31).map((v) => (halves ? fromHalf(toHalf(v)) : v));
  const codes = Uint8Array.from(noise(count, 32), (v) => Math.floor(((v + 1) / 2) * size));
  const values = Float32Array.from(
    codes,
    (code, e) => tables[(Math.floor(e / groups.inner) % groups.channels) * size + code] ?? Number.NaN,
  );
  return { codebook: { groups, size, values: tables }, codes, values };
}

/** Stores every layer both as codes and as plain floats. */
function encodeBoth(
  model: OnnxModel,
  granularity: 'tensor' | 'channel',
  size: number,
  halves: boolean,
): { stored: OnnxModel; plain: OnnxModel } {
  const [stored, plain] = [cloneForEdit(model), cloneForEdit(model)];
  const encoders = [createEncoder(stored), createEncoder(plain)] as const;
  for (const { layer } of findLayers(model).sources) {
    const { codebook, codes, values } = coded(groupsFor(layer.view, granularity), size, halves);
    encoders[0].storeCodebook(layer.id, codebook, codes);
    encoders[1].storeFloat(layer.id, values);
  }
  return { stored, plain };
}

const CASES: readonly (readonly [string, (opset: number) => OnnxModel, Feeds])[] = [
  ['Conv and Gemm', convNet, { x: floats([1, 3, 6, 6], noise(108)) }],
  ['MatMul', (opset) => matmulNet(opset, 16, 6), { x: floats([2, 16], noise(32)) }],
  ['ConvTranspose', transposedNet, { x: floats([1, 4, 3, 3], noise(36)) }],
  ['LSTM', lstmNet, { x: floats([3, 1, 4], noise(12)) }],
  ['If', ifNet, { x: floats([2, 6], noise(12)), c: bool(false) }],
  ['shared', returnedNet, { x: floats([2, 4], noise(8)) }],
];

describe.each(CASES)('%s', (_name, make, feeds) => {
  it.each(['tensor', 'channel'] as const)('decodes every size to the very values, a table for each %s', async (granularity) => {
    for (const opset of [8, 13, 21]) {
      for (const size of [1, 2, 3, 5, 16, 33, 64, 100, 256]) {
        const { stored, plain } = encodeBoth(make(opset), granularity, size, size % 2 === 0);
        expect(await runModel(stored, feeds)).toEqual(await runModel(plain, feeds));
      }
    }
  });
});

it('takes exactly the bits that the table needs', () => {
  for (const [size, bits] of [
    [1, 1],
    [2, 1],
    [3, 2],
    [4, 2],
    [5, 3],
    [16, 4],
    [17, 5],
    [128, 7],
    [129, 8],
    [256, 8],
  ] as const) {
    expect(codebookBits({ size })).toBe(bits);
    const { stored } = encodeBoth(matmulNet(13, 512, 64), 'tensor', size, true);
    const bytes = (stored.proto.graph?.initializer ?? []).reduce(
      (sum, tensor) => sum + (tensor.rawData.length >= 4096 ? tensor.rawData.length : 0),
      0,
    );
    expect(bytes).toBe((512 * 64 * bits) / 8);
  }
});
