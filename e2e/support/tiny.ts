/** A classifier of digits so small that whole searches on it take seconds, and a few of the digits that it is right about. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { TensorProto } from 'onnx-buf';
import { expect } from 'playwright/test';
import { parseCard } from '../../src/data/card';
import { makeNode } from '../../src/onnx/nodes';
import { DataType, encodeFloats, makeTensor } from '../../src/onnx/tensor';
import { makeModel } from '../../src/onnx/testing/fixtures';
import { noise } from '../../src/onnx/testing/noise';
import { concatChunks, writeModel } from '../../src/onnx/write';
import { solveSymmetric } from '../../src/passes/reconstruction/factor';
import { DIGITS_CARD, value, type Studio } from './studio';

const SIDE = 28;
const PIXELS = SIDE * SIDE;
const CLASSES = 10;
/** Pixels are averaged over squares of this side. */
const SQUARE = 4;
const COARSE = SIDE / SQUARE;
const FILTERS = 2;
const HIDDEN = 64;
/** Digits that the last layer is fitted to. */
const FITTED = 1000;

function readDigits(count: number): { readonly images: Buffer; readonly labels: Buffer } {
  const images = gunzipSync(readFileSync('public/samples/digits/images-idx3-ubyte.gz')).subarray(0, 16 + count * PIXELS);
  const labels = readFileSync('public/samples/digits/labels-idx1-ubyte').subarray(0, 8 + count);
  images.writeUInt32BE(count, 4);
  labels.writeUInt32BE(count, 4);
  return { images, labels };
}

/** The first `count` of the sample's digits take the place of the data in use. */
export async function useFewDigits({ page }: Studio, count: number): Promise<void> {
  const { images, labels } = readDigits(count);
  const card = parseCard({ ...Object(JSON.parse(readFileSync(DIGITS_CARD, 'utf8'))), images: 'images-idx3-ubyte' });
  const files = [
    { name: 'images-idx3-ubyte', base64: images.toString('base64') },
    { name: 'labels-idx1-ubyte', base64: labels.toString('base64') },
  ];
  const set = await page.evaluate(
    ({ given, by }) => {
      const made = given.map(({ name, base64 }) => new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], name));
      return window.whittle.setData('digits', by, made);
    },
    { given: files, by: card },
  );
  expect(value(set).samples).toBe(count);
}

/** The tiny classifier takes the open model's place, with so many digits. */
export async function openTiny(studio: Studio, digits: number): Promise<void> {
  const { page } = studio;
  await studio.drop({ name: 'tiny.onnx', bytes: tinyClassifier() });
  await page.getByRole('alertdialog').getByRole('button', { name: 'Replace' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'tiny.onnx' })).toBeVisible();
  await useFewDigits(studio, digits);
  await studio.idle();
}

const conv = noise(FILTERS * 9, 1);
const hidden = noise(HIDDEN * FILTERS * COARSE ** 2, 2).map((v) => v / 3);

/**
 * AveragePool, Conv, Relu, Gemm, Relu, Gemm: 7,000 weights in 28 kB. Its first two layers are random features; the last is their
 * least-squares fit to the classes.
 */
function tinyClassifier(): Buffer {
  const { scores, bias } = lastLayer();
  const { proto } = makeModel({
    opset: 13,
    inputs: [['image', ['N', 1, SIDE, SIDE]]],
    outputs: [['scores', ['N', CLASSES]]],
    weights: [
      tensor('conv.weight', [FILTERS, 1, 3, 3], conv),
      tensor('hidden.weight', [HIDDEN, FILTERS * COARSE ** 2], hidden),
      tensor('scores.weight', [CLASSES, HIDDEN], scores),
      tensor('scores.bias', [CLASSES], bias),
    ],
    nodes: [
      makeNode('AveragePool', ['image'], ['coarse'], { kernel_shape: [SQUARE, SQUARE], strides: [SQUARE, SQUARE] }),
      makeNode('Conv', ['coarse', 'conv.weight'], ['filtered'], { pads: [1, 1, 1, 1] }),
      makeNode('Relu', ['filtered'], ['lit']),
      makeNode('Flatten', ['lit'], ['flat']),
      makeNode('Gemm', ['flat', 'hidden.weight'], ['mixed'], { transB: 1 }),
      makeNode('Relu', ['mixed'], ['features']),
      makeNode('Gemm', ['features', 'scores.weight', 'scores.bias'], ['scores'], { transB: 1 }),
    ],
  });
  return Buffer.from(concatChunks(writeModel({ proto, name: 'tiny.onnx', bytes: 0 })));
}

function tensor(name: string, dims: readonly number[], values: Float32Array): TensorProto {
  return makeTensor(name, DataType.FLOAT, dims, encodeFloats('float32', values));
}

/** Weights [classes, hidden] and bias of the ridge regression from features to ten times the one-hot class. */
function lastLayer(): { readonly scores: Float32Array; readonly bias: Float32Array } {
  const { images, labels } = readDigits(FITTED);
  const n = HIDDEN + 1;
  const gram = new Float64Array(n * n);
  const targets = Array.from({ length: CLASSES }, () => new Float64Array(n));
  for (let s = 0; s < FITTED; s++) {
    const x = [...featuresOf(images.subarray(16 + s * PIXELS, 16 + (s + 1) * PIXELS)), 1];
    const target = targets[labels[8 + s] ?? 0];
    for (const [i, a] of x.entries()) {
      for (const [j, b] of x.entries()) gram[i * n + j] = (gram[i * n + j] ?? 0) + a * b;
      if (target) target[i] = (target[i] ?? 0) + 10 * a;
    }
  }
  for (let i = 0; i < n; i++) gram[i * n + i] = (gram[i * n + i] ?? 0) + 1;
  const solved = targets.map((target) => solveSymmetric(gram, target, n) ?? new Float64Array(n));
  return {
    scores: Float32Array.from(solved.flatMap((row) => [...row.subarray(0, HIDDEN)])),
    bias: Float32Array.from(solved, (row) => row[HIDDEN] ?? 0),
  };
}

/** What the last layer sees of one image. */
function featuresOf(pixels: Buffer): Float64Array {
  const coarse = new Float64Array(COARSE ** 2);
  for (const [at, v] of pixels.entries()) {
    const to = Math.floor(Math.floor(at / SIDE) / SQUARE) * COARSE + Math.floor((at % SIDE) / SQUARE);
    coarse[to] = (coarse[to] ?? 0) + v / 255 / SQUARE ** 2;
  }
  const lit = Float64Array.from({ length: FILTERS * COARSE ** 2 }, (_, at) => {
    const [filter, y, x] = [Math.floor(at / COARSE ** 2), Math.floor((at % COARSE ** 2) / COARSE), at % COARSE];
    let sum = 0;
    for (let dy = -1; dy <= 1; dy++) {
      for (let dx = -1; dx <= 1; dx++) {
        if (y + dy < 0 || y + dy >= COARSE || x + dx < 0 || x + dx >= COARSE) continue;
        sum += (conv[filter * 9 + (dy + 1) * 3 + dx + 1] ?? 0) * (coarse[(y + dy) * COARSE + x + dx] ?? 0);
      }
    }
    return Math.max(0, sum);
  });
  return Float64Array.from({ length: HIDDEN }, (_, row) =>
    Math.max(
      0,
      lit.reduce((sum, v, i) => sum + v * (hidden[row * lit.length + i] ?? 0), 0),
    ),
  );
}
