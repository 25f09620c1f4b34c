import { create, toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema } from 'onnx-buf';
import { describe, expect, test } from 'vitest';
import { testOnModels } from '../onnx/testing/models';
import { checkBackends } from './check';
import { batchFeeds, findFeeds, randomFeeds } from './feeds';
import { createNodeRuntime } from './node/index';
import { NO_GPU, webgpuDevice } from './testing/webgpu';
import type { Provider, Runtime } from './types';
import { createWebRuntime } from './web/index';

const signal = new AbortController().signal;
/** Every build of onnxruntime, each held to the same tests. */
const BUILDS = [
  ['onnxruntime-web', createWebRuntime({ device: null })],
  ['onnxruntime-node', createNodeRuntime()],
] as const;

const FLOAT = 1;
const INT64 = 7;
const HALF = 10;
const BOOL = 9;

function value(name: string, elemType: number, dims: readonly (number | string)[]) {
  const dim = dims.map((d) => ({
    value: typeof d === 'number' ? { case: 'dimValue' as const, value: BigInt(d) } : { case: 'dimParam' as const, value: d },
  }));
  return { name, type: { value: { case: 'tensorType' as const, value: { elemType, shape: { dim } } } } };
}

const one = (v: number) => ({ type: 'float32', dims: [1], data: Float32Array.of(v) });

/** A one-operator model. */
function model(opType: string, inputs: ReturnType<typeof value>[], outputs: ReturnType<typeof value>[]): Uint8Array {
  const graph = {
    name: 'g',
    node: [{ opType, input: inputs.map((i) => i.name), output: outputs.map((o) => o.name) }],
    input: inputs,
    output: outputs,
  };
  return toBinary(ModelProtoSchema, create(ModelProtoSchema, { irVersion: 8n, opsetImport: [{ domain: '', version: 17n }], graph }));
}

describe.each(BUILDS)('%s', (_build, runtime) => {
  const { ep } = runtime.reference;

  testHolding(() => Promise.resolve({ runtime, ep }));

  test('runs a model and gives typed host tensors', async () => {
    const session = await runtime.create(
      model('MatMul', [value('a', FLOAT, [2, 2]), value('b', FLOAT, [2, 1])], [value('c', FLOAT, [2, 1])]),
      { ep },
      signal,
    );
    expect(session.inputs).toEqual([
      { name: 'a', type: 'float32', dims: [2, 2] },
      { name: 'b', type: 'float32', dims: [2, 1] },
    ]);
    const out = await session.run(
      {
        a: { type: 'float32', dims: [2, 2], data: Float32Array.of(1, 2, 3, 4) },
        b: { type: 'float32', dims: [2, 1], data: Float32Array.of(10, 1) },
      },
      signal,
    );
    expect(out['c']).toEqual({ type: 'float32', dims: [2, 1], data: Float32Array.of(12, 34) });
    await session.release();
  });

  test('int64, float16 and bool go in and come out', async () => {
    const ints = await runtime.create(model('Neg', [value('x', INT64, [2])], [value('y', INT64, [2])]), { ep }, signal);
    expect((await ints.run({ x: { type: 'int64', dims: [2], data: BigInt64Array.of(5n, -(2n ** 40n)) } }, signal))['y']?.data).toEqual(
      BigInt64Array.of(-5n, 2n ** 40n),
    );
    const halves = await runtime.create(model('Identity', [value('x', HALF, [1])], [value('y', HALF, [1])]), { ep }, signal);
    expect((await halves.run({ x: { type: 'float16', dims: [1], data: Uint16Array.of(0x3c01) } }, signal))['y']?.data).toEqual(
      Uint16Array.of(0x3c01),
    );
    const bools = await runtime.create(model('Not', [value('x', BOOL, [2])], [value('y', BOOL, [2])]), { ep }, signal);
    expect((await bools.run({ x: { type: 'bool', dims: [2], data: Uint8Array.of(0, 1) } }, signal))['y']?.data).toEqual(
      Uint8Array.of(1, 0),
    );
  });

  test('overlapping runs are serialized and all are right', async () => {
    const session = await runtime.create(
      model('Mul', [value('x', FLOAT, [1]), value('y', FLOAT, [1])], [value('z', FLOAT, [1])]),
      { ep },
      signal,
    );
    const results = await Promise.all([1, 2, 3, 4].map((v) => session.run({ x: one(v), y: one(v) }, signal)));
    expect(results.map((r) => r['z']?.data[0])).toEqual([1, 4, 9, 16]);
  });

  test('failures carry the cause and the code; the runtime stays usable', async () => {
    await expect(runtime.create(Uint8Array.of(1, 2, 3), { ep }, signal)).rejects.toMatchObject({ code: 'runtime-failed' });
    await expect(runtime.create(new Uint8Array(), { ep: 'webgpu' }, signal)).rejects.toThrow(/no WebGPU/);
    const session = await runtime.create(model('Neg', [value('x', FLOAT, [1])], [value('y', FLOAT, [1])]), { ep }, signal);
    await expect(session.run({ x: { type: 'float32', dims: [2], data: Float32Array.of(1) } }, signal)).rejects.toThrow(
      '1 values for the shape [2]',
    );
    await expect(session.run({}, AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' });
    const before = runtime.sessionsCreated;
    await session.run({ x: { type: 'float32', dims: [1], data: Float32Array.of(1) } }, signal);
    expect(runtime.sessionsCreated).toBe(before);
  });

  test('feeds: seeded, batch 1, open dimensions as chosen, and sizes that run are found', async () => {
    const inputs = [
      { name: 'x', type: 'float32', dims: ['n', 3, '?', '?'] },
      { name: 'ids', type: 'int64', dims: ['n', 4] },
    ];
    const feeds = randomFeeds(inputs, { seed: 7, length: 8, below: 2 });
    expect(feeds['x']?.dims).toEqual([1, 3, 8, 8]);
    expect(feeds).toEqual(randomFeeds(inputs, { seed: 7, length: 8, below: 2 }));
    expect(feeds).not.toEqual(randomFeeds(inputs, { seed: 8, length: 8, below: 2 }));
    expect([...(feeds['ids']?.data ?? [])].every((v) => v === 0n || v === 1n)).toBe(true);
    // a [n, k] x b [16, 2]: only k = 16 of the lengths runs.
    const session = await runtime.create(
      model('MatMul', [value('a', FLOAT, ['n', 'k']), value('b', FLOAT, [16, 2])], [value('c', FLOAT, ['n', 2])]),
      { ep },
      signal,
    );
    const [found] = await findFeeds(session, signal);
    expect(found?.feeds['a']?.dims).toEqual([1, 16]);
  });

  test('without WebGPU the check says so and proves that WASM runs', async () => {
    const job = { signal, onProgress: () => {} };
    const check = await checkBackends(runtime, model('Neg', [value('x', FLOAT, [1])], [value('y', FLOAT, [1])]), {}, job);
    expect(check).toMatchObject({ ok: true, repaired: false });
  });

  testOnModels(
    ['digits.onnx', 'ppocr_cls.onnx', 'silero_vad_v5.onnx', 'mnist-8.onnx', 'magika.onnx', 'resnet8_cifar10.onnx'],
    'feeds are found with which it runs',
    async ({ bytes }) => {
      const session = await runtime.create(bytes, { ep }, signal);
      const [found] = await findFeeds(session, signal);
      expect(Object.keys(found?.feeds ?? {}).toSorted()).toEqual(session.inputs.map(({ name }) => name).toSorted());
      // They run again, on a session that has not seen them, and every output has values.
      await session.release();
      const again = await runtime.create(bytes, { ep }, signal);
      const outputs = Object.values(await again.run(found?.feeds ?? {}, signal));
      expect(outputs.length).toBeGreaterThan(0);
      for (const { data, type } of outputs)
        expect([type, data.length > 0, [...data].every((v) => Number.isFinite(Number(v)))]).toEqual([expect.any(String), true, true]);
      await again.release();
    },
  );
});

describe.skipIf(NO_GPU)('onnxruntime-web on WebGPU', () => {
  testHolding(async () => ({ runtime: createWebRuntime({ device: await webgpuDevice() }), ep: 'webgpu' }));
});

/** y = x + s and z = -y: what a run leaves where it is goes into the next. */
function testHolding(make: () => Promise<{ runtime: Runtime; ep: Provider }>): void {
  test('outputs that are held go into the next run and are read when asked for', async () => {
    const { runtime, ep } = await make();
    const n = 64;
    const graph = {
      name: 'g',
      node: [
        { opType: 'Add', input: ['x', 's'], output: ['y'] },
        { opType: 'Neg', input: ['y'], output: ['z'] },
      ],
      input: [value('x', FLOAT, [n]), value('s', FLOAT, [1])],
      output: [value('y', FLOAT, [n]), value('z', FLOAT, [n])],
    };
    const bytes = toBinary(ModelProtoSchema, create(ModelProtoSchema, { irVersion: 8n, opsetImport: [{ version: 17n }], graph }));
    const session = await runtime.create(bytes, { ep, hold: ['y'], frugal: true }, signal);
    const x = { type: 'float32', dims: [n], data: Float32Array.from({ length: n }, (_, i) => i) };
    let at = (await session.runHolding({ x, s: one(0.5) }, signal)).held['y'];
    for (let step = 0; step < 3; step++) {
      if (at === undefined) throw new Error('nothing is held');
      expect('gpuBuffer' in at.tensor).toBe(ep === 'webgpu');
      const { outputs, held } = await session.runHolding({ x: at.tensor, s: one(1) }, signal);
      expect(Object.keys(outputs)).toEqual(['z']);
      at.release();
      at = held['y'];
      expect(outputs['z']?.data[n - 1]).toBe(-(n - 1 + 1.5 + step));
    }
    expect(await at?.read()).toEqual({ ...x, data: x.data.map((v) => v + 3.5) });
    at?.release();
    // Everything comes to main memory where nobody asks to hold it.
    expect((await session.run({ x, s: one(1) }, signal))['y']).toEqual({ ...x, data: x.data.map((v) => v + 1) });
    await session.release();
  });
}

test('a batch has the sizes of the sample, and its values where an input takes no batch', () => {
  const inputs = [
    { name: 'x', type: 'float32', dims: ['n', 3, 'h', 'w'] },
    { name: 'rate', type: 'int64', dims: [] },
  ];
  const rate = { type: 'int64', dims: [], data: BigInt64Array.of(16_000n) };
  const feeds = batchFeeds({ x: { type: 'float32', dims: [1, 3, 4, 5], data: new Float32Array(60) }, rate }, inputs, 8);
  expect(feeds['x']?.dims).toEqual([8, 3, 4, 5]);
  expect(feeds['x']?.data).toHaveLength(480);
  expect(feeds['rate']).toBe(rate);
});
