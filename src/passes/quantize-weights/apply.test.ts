import { errorSums } from '../../compute/operations/error-sums';
import { quantize } from '../../compute/operations/quantize';
import { describe, expect, test } from 'vitest';
import { bytesOf, DataType, makeTensor } from '../../onnx/tensor';
import { convNet, lstmNet, makeModel, matmulNet } from '../../onnx/testing/fixtures';
import { makeNode } from '../../onnx/nodes';
import type { OnnxModel } from '../../onnx/types';
import type { Options } from '../options';
import { applyPass } from '../testing/apply-pass';
import { decodeCodes } from './grid';
import { quantizeWeights } from './apply';
import { TARGETS, type TargetId } from '../../recipe/targets';

describe('values lie exactly on the stored grid', () => {
  test.each([
    ['symmetric', 'channel', 'mse'],
    ['symmetric', 'tensor', 'minmax'],
    ['asymmetric', 'block', 'mse'],
    ['asymmetric', 'channel', 'percentile'],
    ['symmetric', 'block', 'percentile'],
  ])('%s %s %s, 2 to 8 bits', async (scheme, granularity, range) => {
    for (let bits = 2; bits <= 8; bits++) {
      const applied = await applyPass(quantizeWeights, convNet(13), {
        options: { bits, scheme, granularity, blockSize: 16, range, storage: 'packed' },
      });
      const { result, store, compute } = applied;
      expect(result.changed).toEqual(['conv', 'fc']);
      for (const id of result.changed) {
        const encoding = store.encodingOf(id);
        if (encoding?.kind !== 'grid') throw new Error('no grid');
        const { grid } = encoding;
        expect(grid.bits).toBe(bits);
        expect(decodeCodes(await store.codesOf(id), grid)).toEqual(await applied.value(id));
        // Encoding the values anew gives the same values: nothing moves between preview and file.
        const lease = await store.acquire(id);
        expect(await compute.download(await compute.run(quantize, lease.handle, grid))).toEqual(await applied.value(id));
        lease.release();
      }
    }
  });
});

test('more bits give less error, and 8 bits are above 40 dB', async () => {
  let last = Number.POSITIVE_INFINITY;
  for (let bits = 2; bits <= 8; bits++) {
    const { store, compute } = await applyPass(quantizeWeights, convNet(13), { options: { bits } });
    const [now, before] = [await store.acquire('fc'), await store.acquireOriginal('fc')];
    const { signal, noise } = await compute.run(errorSums, before.handle, now.handle);
    expect(noise).toBeLessThan(last);
    if (bits === 8) expect(10 * Math.log10(signal / noise)).toBeGreaterThan(40);
    last = noise;
  }
});

test('per-layer options, and both weights of an LSTM', async () => {
  const { store, result } = await applyPass(quantizeWeights, lstmNet(14), { options: { bits: 4 }, layers: { 'lstm/R': { bits: 7 } } });
  expect(result.changed).toEqual(['lstm/W', 'lstm/R']);
  const bits = result.changed.map((id) => {
    const encoding = store.encodingOf(id);
    return encoding?.kind === 'grid' ? encoding.grid.bits : null;
  });
  expect(bits).toEqual([4, 7]);
});

const block = { bits: 4, granularity: 'block', blockSize: 32 };
/** Storage of the model's first layer, or why it has none. */
async function storageOf(model: OnnxModel, options: Options, target: TargetId): Promise<string | undefined> {
  const { store, result } = await applyPass(quantizeWeights, model, { options, target: { gpu: TARGETS[target].gpu, shaderF16: false } });
  const encoding = store.encodingOf(store.layers[0]?.id ?? '');
  return encoding?.kind === 'grid' ? encoding.storage : result.skipped[0]?.reason;
}

describe('storage', () => {
  test('auto: MatMulNBits only for large MatMuls on WebGPU at 2, 4 or 8 bits, else packed', async () => {
    const large = matmulNet(21, 512, 128);
    expect(await storageOf(large, block, 'webgpu')).toBe('matmulnbits');
    expect(await storageOf(large, block, 'wasm')).toBe('packed');
    expect(await storageOf(large, { ...block, bits: 5 }, 'webgpu')).toBe('packed');
    expect(await storageOf(large, { bits: 4 }, 'webgpu')).toBe('packed');
    expect(await storageOf(matmulNet(21, 64, 32), block, 'webgpu')).toBe('packed');
    expect(await storageOf(convNet(13), block, 'webgpu')).toBe('packed');
  });

  test('a storage that cannot hold a layer skips it with the reason', async () => {
    expect(await storageOf(convNet(13), { storage: 'matmulnbits' }, 'webgpu')).toMatch(/MatMul only/);
    expect(await storageOf(convNet(9), { storage: 'dequantize' }, 'webgpu')).toMatch(/opset 10; the model has 9/);
  });

  test('DequantizeLinear never gets a negative scale', async () => {
    const { store } = await applyPass(quantizeWeights, convNet(13), { options: { bits: 2, storage: 'dequantize' } });
    for (const { id } of store.layers) {
      const encoding = store.encodingOf(id);
      if (encoding?.kind === 'grid') expect(encoding.grid.scales.every((s) => s > 0)).toBe(true);
    }
  });
});

test('NaN weights are refused with the name of the layer', async () => {
  const values = new Float32Array(24).fill(1);
  values[3] = Number.NaN;
  values[7] = Number.POSITIVE_INFINITY;
  const node = makeNode('MatMul', ['x', 'w'], ['y']);
  node.name = 'broken';
  const model = makeModel({
    opset: 13,
    inputs: [['x', [1, 6]]],
    outputs: [['y', [1, 4]]],
    weights: [makeTensor('w', DataType.FLOAT, [6, 4], bytesOf(values))],
    nodes: [node],
  });
  await expect(applyPass(quantizeWeights, model)).rejects.toMatchObject({
    code: 'non-finite-weights',
    message: expect.stringMatching(/"broken" holds 2 of 24/),
  });
});
