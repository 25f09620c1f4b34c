import { expect, test } from 'vitest';
import { createGpuCompute } from '../../compute/index';
import { NO_GPU, webgpuDevice } from '../../runtime/testing/webgpu';
import type { Recipe } from '../protocol/index';
import { sensitivity } from './sensitivity';
import { answeredData, bench, job } from './testing/perceptron';

const options = { bits: [2, 4], sparsities: [0.5], samples: 8 };
const on = (target: Recipe['target']): Recipe => ({
  version: 1,
  target,
  passes: [{ id: 'quantize-weights', options: { range: 'minmax' } }],
});

test.skipIf(NO_GPU)('on the GPU one buffer is swapped for each cell; the figures are those of WASM', async () => {
  const device = await webgpuDevice();
  // Named no software renderer, however slow it is: those give way to WASM.
  const info = { kind: 'webgpu', name: 'Dawn', features: [], maxBufferBytes: 2 ** 28, software: false } as const;
  const gpu = await bench(await createGpuCompute({ device, info }));
  const data = await answeredData(gpu, 20);
  const scan = await sensitivity(gpu, data, on('webgpu'), options, job, () => {});
  const kept = await gpu.live(await gpu.run(on('webgpu'), job), job);
  expect(kept.live.ep).toBe('webgpu');
  expect(scan).toMatchObject({ sessionsCreated: 0, samples: 8, top1: 100 });
  const oracle = await sensitivity(await bench(), data, on('wasm'), options, job, () => {});
  expect(scan.cells).toHaveLength(6);
  for (const [i, cell] of scan.cells.entries()) {
    const other = oracle.cells[i];
    expect([cell.layerId, cell.kind, cell.value]).toEqual([other?.layerId, other?.kind, other?.value]);
    expect(cell.kl).toBeCloseTo(other?.kl ?? 0, 4);
    expect(cell.weightSqnrDb).toBeCloseTo(other?.weightSqnrDb ?? 0, 2);
  }
  // A second scan finds the weights as they were: nothing swapped in is left behind.
  const again = await sensitivity(gpu, data, on('webgpu'), { ...options, bits: [3], sparsities: [] }, job, () => {});
  const expected = await sensitivity(await bench(), data, on('wasm'), { ...options, bits: [3], sparsities: [] }, job, () => {});
  for (const [i, cell] of again.cells.entries()) expect(cell.kl).toBeCloseTo(expected.cells[i]?.kl ?? 0, 4);
  device.destroy();
});
