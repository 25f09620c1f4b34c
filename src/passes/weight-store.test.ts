import { describe, expect, test } from 'vitest';
import { quantize } from '../compute/operations/quantize';
import { groupRanges } from '../compute/operations/ranges';
import { createCpuCompute } from '../compute/cpu';
import { listLayers } from '../onnx/layers';
import { convNet } from '../onnx/testing/fixtures';
import { noise } from '../onnx/testing/noise';
import { createOriginals } from './originals';
import { gridFromRanges } from './quantize-weights/grid';
import { groupsOf } from './quantize-weights/groups';
import { countHandles } from './testing/count-handles';
import type { Encoding } from './types';
import { createWeightStore } from './weight-store';

const { layers } = listLayers(convNet(13));
const [conv] = layers;
if (conv === undefined) throw new Error('the fixture has a conv');

describe.each(['resident', 'streaming'] as const)('%s', (mode) => {
  test('values come back as put, and no handle outlives its owner', async () => {
    const { compute, live } = countHandles(createCpuCompute());
    const originals = createOriginals(layers, (l) => noise(l.params), compute, mode);
    const store = createWeightStore(layers, originals, compute);

    const first = await store.acquire(conv.id);
    expect(await compute.download(first.handle)).toEqual(noise(conv.params));
    const groups = groupsOf(conv, { granularity: 'channel', blockSize: 32 });
    const grid = gridFromRanges(await compute.run(groupRanges, first.handle, groups), groups, 4, true);
    const quantized = await compute.run(quantize, first.handle, grid);
    const expected = await compute.download(quantized);
    const encoding: Encoding = { kind: 'grid', grid, storage: 'packed' };
    await store.put(conv.id, quantized, encoding);
    // The lease taken before still reads the value it was given.
    expect(await compute.download(first.handle)).toEqual(noise(conv.params));
    first.release();
    first.release();

    const second = await store.acquire(conv.id);
    expect(await compute.download(second.handle)).toEqual(expected);
    expect(store.encodingOf(conv.id)).toBe(encoding);
    await store.put(conv.id, compute.upload(noise(conv.params, 9)), null);
    expect(await compute.download(second.handle)).toEqual(expected);
    second.release();
    const third = await store.acquire(conv.id);
    expect(await compute.download(third.handle)).toEqual(noise(conv.params, 9));
    third.release();

    // Resident: the original and the present value. Streaming: nothing stays on the device.
    expect(live()).toBe(mode === 'resident' ? 2 : 0);
    store.dispose();
    originals.destroy();
    expect(live()).toBe(0);
  });

  test('a dropped value is freed, and the original takes its place', async () => {
    const { compute, live } = countHandles(createCpuCompute());
    const originals = createOriginals(layers, (l) => noise(l.params), compute, mode);
    const store = createWeightStore(layers, originals, compute);
    await store.put(conv.id, compute.upload(noise(conv.params, 9)), null);
    store.drop(conv.id);
    expect(live()).toBe(0);
    expect(store.isChanged(conv.id)).toBe(false);
    const lease = await store.acquire(conv.id);
    expect(await compute.download(lease.handle)).toEqual(noise(conv.params));
    lease.release();
    store.dispose();
    originals.destroy();
  });

  test('originals are uploaded once where they are kept', async () => {
    const { compute } = countHandles(createCpuCompute());
    const originals = createOriginals(layers, (l) => noise(l.params), compute, mode);
    for (let run = 0; run < 3; run++) {
      const store = createWeightStore(layers, originals, compute);
      (await store.acquire(conv.id)).release();
      store.dispose();
    }
    expect(originals.uploads).toBe(mode === 'resident' ? 1 : 3);
    originals.destroy();
  });
});
