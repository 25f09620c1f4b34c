import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { StoredBytes } from '../base/stored-bytes';
import { openSkeleton } from '../engine/node/skeleton';
import { storedFile } from '../engine/node/disk';
import { makeNode } from '../onnx/nodes';
import { readModel } from '../onnx/read';
import { splitModel } from '../onnx/split';
import { makeModel, weight } from '../onnx/testing/fixtures';
import type { OnnxModel } from '../onnx/types';
import { concatChunks, writeModel } from '../onnx/write';
import { createNodeRuntime } from './node/index';
import type { Runtime, SessionModel } from './types';
import { createWebRuntime } from './web/index';

const folder = mkdtempSync(join(tmpdir(), 'whittle-sources-'));
afterAll(() => rmSync(folder, { recursive: true }));
const { signal } = new AbortController();

/** Large weights in an initializer and in a node, and a small one. */
function network(): OnnxModel {
  return makeModel({
    opset: 17,
    inputs: [['x', [1, 96]]],
    outputs: [['y', [1, 96]]],
    weights: [weight('w', [96, 120], 1), weight('b', [120], 2)],
    nodes: [
      makeNode('Gemm', ['x', 'w', 'b'], ['h']),
      makeNode('Constant', [], ['v'], { value: weight('', [120, 96], 3) }),
      makeNode('MatMul', ['h', 'v'], ['y']),
    ],
  });
}

async function answer(runtime: Runtime, model: SessionModel): Promise<unknown> {
  const session = await runtime.create(model, runtime.reference, signal);
  const data = Float32Array.from({ length: 96 }, (_, at) => Math.sin(at));
  const { y } = await session.run({ x: { type: 'float32', dims: [1, 96], data } }, signal);
  await session.release();
  return y?.data;
}

describe.each([
  ['WASM', () => createWebRuntime({ device: null })],
  ['native', createNodeRuntime],
])('%s', (_, make) => {
  const runtime = make();
  const bytes = concatChunks(writeModel(network()));
  const path = join(folder, 'm.onnx');
  writeFileSync(path, bytes);

  test('a session of a file, of its bytes and of a graph beside its weights are the same', async () => {
    const wanted = await answer(runtime, bytes);
    expect(wanted).toBeInstanceOf(Float32Array);
    expect(await answer(runtime, new StoredBytes(storedFile(path)))).toEqual(wanted);
    const split = splitModel(readModel([{ name: 'm.onnx', bytes }]));
    expect(await answer(runtime, split)).toEqual(wanted);
    // Nothing of the weights is in the graph.
    expect(split.bytes.length).toBeLessThan(1500);
    expect(split.external.map((file) => file.bytes.length)).toEqual([96 * 120 * 4, 96 * 120 * 4]);
  });
});

test('the native runtime reads weights out of the opened file, and external data beside it', async () => {
  const runtime = createNodeRuntime();
  const bytes = concatChunks(writeModel(network()));
  const wanted = await answer(runtime, bytes);
  const path = join(folder, 'opened.onnx');
  writeFileSync(path, bytes);
  const split = splitModel(openSkeleton([{ path, name: 'opened.onnx' }]));
  expect(split.external).toEqual([{ path: expect.any(String), bytes: expect.any(StoredBytes) }]);
  expect(await answer(runtime, split)).toEqual(wanted);

  // The same weights in a file of their own, as an exporter would have put them.
  mkdirSync(join(folder, 'weights'));
  copyFileSync(path, join(folder, 'weights', 'w.bin'));
  const beside = concatChunks([split.bytes]);
  const location = new TextEncoder().encode(split.external[0]?.path);
  for (const at of beside.keys())
    if (location.every((byte, offset) => beside[at + offset] === byte)) beside.set(named(location.length), at);
  writeFileSync(join(folder, 'beside.onnx'), beside);
  const files = { name: new TextDecoder().decode(named(location.length)), path: join(folder, 'weights', 'w.bin') };
  const opened = openSkeleton([{ path: join(folder, 'beside.onnx'), name: 'beside.onnx' }, files]);
  expect(opened.source.bytes).toBeInstanceOf(StoredBytes);
  expect(await answer(runtime, opened.source)).toEqual(wanted);
  expect(await answer(runtime, splitModel(opened))).toEqual(wanted);
});

/** A path to the weights of as many bytes as the one that it takes the place of. */
function named(length: number): Uint8Array {
  return new TextEncoder().encode(`weights${'/'.repeat(length - 12)}w.bin`);
}
