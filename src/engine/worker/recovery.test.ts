import { openAsBlob, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TensorProto } from 'onnx-buf';
import { expect, test } from 'vitest';
import { blobOf } from '../../base/stored-bytes';
import { createCpuCompute } from '../../compute/index';
import { openDataset, parseCard } from '../../data/index';
import { readModel } from '../../onnx/read';
import { bytesOf, readFloats } from '../../onnx/tensor';
import { writeModel } from '../../onnx/write';
import type { RecipeStep } from '../../recipe/types';
import { createWebRuntime } from '../../runtime/web/index';
import { openDocument } from './document';
import { evaluate } from './evaluate';
import { job } from './testing/bench';
import { Workbench } from './workbench';

const SAMPLES = join(import.meta.dirname, '../../../public/samples');
const FACTOR = 100;
const CHANNEL = 3;
const LIMIT = 250;

/**
 * The digit sample with one channel of each layer but the last 100 times as large and what reads it as much smaller: it computes what it
 * did.
 */
function rescaledDigits(): Promise<Blob> {
  const model = readModel([{ name: 'digits.onnx', bytes: new Uint8Array(readFileSync(join(SAMPLES, 'digits.onnx'))) }]);
  const scale = (name: string, factorOf: (element: number) => number): void => {
    const tensor: TensorProto | undefined = model.proto.graph?.initializer.find((t) => t.name === name);
    if (!tensor) throw new Error(`no ${name}`);
    tensor.rawData = bytesOf(readFloats(tensor).map((v, e) => v * factorOf(e)));
  };
  for (const [layer, reader, channels] of [
    ['conv1', 'conv2', 16],
    ['conv2', 'conv3', 32],
    ['conv3', 'fc1', 64],
  ] as const) {
    for (const parameter of ['scale', 'bias']) scale(`${layer}.norm.${parameter}`, (c) => (c === CHANNEL ? FACTOR : 1));
    scale(`${reader}.weight`, (e) => (Math.floor(e / 9) % channels === CHANNEL ? 1 / FACTOR : 1));
  }
  scale('fc1.weight', (e) => (Math.floor(e / 576) === CHANNEL ? FACTOR : 1));
  scale('fc1.bias', (e) => (e === CHANNEL ? FACTOR : 1));
  scale('fc2.weight', (e) => (e % 96 === CHANNEL ? 1 / FACTOR : 1));
  return blobOf(writeModel(model));
}

test('a channel rescaled by 100 ruins 8 bits a tensor; equalized and corrected they lose less than a point', async () => {
  const runtime = createWebRuntime({ device: null });
  const platform = { compute: createCpuCompute(), gpu: null, runtime, fallbackReason: 'no GPU in Node', lost: job.signal };
  const doc = await openDocument([{ path: 'digits.onnx', blob: await rescaledDigits() }], () => Promise.resolve(runtime), job);
  const card = parseCard(JSON.parse(readFileSync(join(SAMPLES, 'digits.card.json'), 'utf8')));
  const files = ['images-idx3-ubyte.gz', 'labels-idx1-ubyte'].map(async (name) => ({
    path: `digits/${name}`,
    blob: await openAsBlob(join(SAMPLES, 'digits', name)),
  }));
  const data = await openDataset(card, await Promise.all(files));
  const bench = new Workbench(doc, platform, () => ({ data, calibration: 32 }));
  const quantize: RecipeStep = { id: 'quantize-weights', options: { bits: 8, granularity: 'tensor', range: 'minmax' } };
  const lost = async (...passes: RecipeStep[]): Promise<number> => {
    const { before, after } = await evaluate(
      bench,
      data,
      { version: 1, target: 'wasm', passes: [{ id: 'fold-batchnorm' }, ...passes] },
      LIMIT,
      'wasm',
      job,
    );
    return (before?.top1 ?? 0) - (after?.top1 ?? 0);
  };
  const [equalized, plain, whole] = [
    await lost({ id: 'equalize-layers' }),
    await lost(quantize),
    await lost({ id: 'equalize-layers' }, quantize, { id: 'correct-bias' }),
  ];
  console.log(`points of top-1 lost: ${equalized} equalized in float, ${plain} quantized, ${whole} equalized, quantized and corrected`);
  expect(equalized).toBe(0);
  expect(plain).toBeGreaterThan(10);
  expect(Math.abs(whole)).toBeLessThan(1);
}, 120_000);
