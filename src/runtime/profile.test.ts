import { afterAll, beforeAll, expect, test } from 'vitest';
import { nameNodes } from '../onnx/names';
import { convNet, ifNet, qdqNet } from '../onnx/testing/fixtures';
import { concatChunks, writeModel } from '../onnx/write';
import type { OnnxModel } from '../onnx/types';
import { randomFeeds } from './feeds';
import { profileModel } from './profile';
import { createNodeRuntime } from './node/index';
import { createWebRuntime } from './web/index';
import { forwardStdout } from './testing/stdout';
import { NO_GPU, webgpuDevice } from './testing/webgpu';
import type { Provider, Placement } from './types';

const job = { signal: new AbortController().signal, onProgress: () => {} };
let undo = (): void => {};
beforeAll(() => void (undo = forwardStdout()));
afterAll(() => undo());

function profile(model: OnnxModel, ep: Provider, device: GPUDevice | null = null): Promise<Placement> {
  return profileModel(
    ep === 'native' ? createNodeRuntime() : createWebRuntime({ device }),
    concatChunks(writeModel(nameNodes(model))),
    { ep },
    (inputs) => randomFeeds(inputs),
    job,
  );
}

const count = (placement: Placement, op: string, provider: string): number =>
  placement.operators.find((o) => o.op === op && o.provider === provider)?.count ?? 0;

test.each<Provider>(['wasm', 'native'])(
  '%s: every node on the CPU with its time, layers by their names, and nothing left on the console',
  async (ep) => {
    const real = console.log;
    const printed: unknown[] = [];
    console.log = (...args: unknown[]) => void printed.push(args);
    let placement: Placement;
    try {
      placement = await profile(convNet(13), ep);
    } finally {
      console.log = real;
    }
    expect(printed).toEqual([]);
    expect(placement).toMatchObject({ gpuNodes: 0, copies: { toHost: 0, fromHost: 0, waitMs: 0 }, gpuStepMs: null, runs: 10 });
    expect(placement.cpuNodes).toBe(placement.nodes.length);
    // The native runtime names a convolution that it has fused and blocked after what it gives: "r_nchwc".
    expect(placement.nodes.find((n) => n.name.startsWith(ep === 'native' ? 'r_' : 'conv'))?.op).toMatch(/Conv/);
    expect(placement.nodes.some((n) => n.name.startsWith('fc'))).toBe(true);
    expect(placement.nodes.every((n) => (n.ms ?? 0) > 0)).toBe(true);
  },
);

test('nodes of a taken branch are told apart from the If around them', async () => {
  const placement = await profile(ifNet(13), 'wasm');
  const If = placement.nodes.find((n) => n.op === 'If');
  const body = placement.nodes.filter((n) => n.op !== 'If');
  expect(body.length).toBeGreaterThan(0);
  expect(If?.ms).toBeGreaterThan(0);
});

test.skipIf(NO_GPU)('a static QDQ model on the GPU: QuantizeLinear falls to the CPU and pays copies; on WASM there are none', async () => {
  const onGpu = await profile(qdqNet(13), 'webgpu', await webgpuDevice());
  expect(count(onGpu, 'QuantizeLinear', 'CPU')).toBeGreaterThanOrEqual(2);
  expect(count(onGpu, 'QuantizeLinear', 'GPU')).toBe(0);
  expect(count(onGpu, 'Conv', 'GPU')).toBe(1);
  expect(onGpu.copies.fromHost).toBeGreaterThanOrEqual(2);
  expect(onGpu.copies.toHost).toBeGreaterThanOrEqual(1);
  expect(onGpu.copies.waitMs).toBeGreaterThan(0);
  expect(onGpu.gpuStepMs).not.toBeNull();
  expect(onGpu.nodes.find((n) => n.op === 'Conv')?.ms).toBeGreaterThan(0);
  expect((await profile(qdqNet(13), 'wasm')).copies).toEqual({ toHost: 0, fromHost: 0, waitMs: 0 });
});
