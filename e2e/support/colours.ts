/**
 * Pictures of eight colours, and a small model that tells them apart only where they are prepared as caffe does: blue first, the mean taken
 * off, no division.
 */
import { deflateSync } from 'node:zlib';
import { toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema, type TensorProto } from 'onnx-buf';
import { crc32 } from '../../src/base/crc32';
import { uniform } from '../../src/base/random';
import type { ImageCard } from '../../src/data/types';
import { makeNode } from '../../src/onnx/nodes';
import { DataType, encodeFloats, makeTensor } from '../../src/onnx/tensor';
import { makeModel } from '../../src/onnx/testing/fixtures';

const SIDE = 16;
/** Mean of red, green and blue, as caffe's models have it. */
const MEAN = [123, 117, 104] as const;
/**
 * Each colour lies at another distance from the mean: divided by anything, all of them look like the nearest. Red and blue always differ.
 */
const DIRECTIONS = [
  [1, 1, -1],
  [1, -1, -1],
  [-1, 1, 1],
  [-1, -1, 1],
] as const;
const COLOURS = Array.from({ length: 8 }, (_, k) => (DIRECTIONS[k % 4] ?? DIRECTIONS[0]).map((sign) => sign * 10 * (k + 1)));
export const NAMES = COLOURS.map((_, k) => `colour-${k}`);

/** x [n, 3, 16, 16] -> Conv [8, 3, 1, 1] with bias -> mean over the picture -> y [n, 8]: the larger the nearer the colour. */
export function coloursModel(): Buffer {
  const blueFirst = COLOURS.map((colour) => colour.toReversed());
  const weights = Float32Array.from(blueFirst.flatMap((colour) => colour.map((value) => value / 500)));
  const biases = Float32Array.from(blueFirst.map((colour) => -colour.reduce((sum, value) => sum + value * value, 0) / 1000));
  const { proto } = makeModel({
    opset: 13,
    inputs: [['x', ['n', 3, SIDE, SIDE]]],
    outputs: [['y', ['n', COLOURS.length]]],
    nodes: [makeNode('Conv', ['x', 'near', 'bias'], ['c']), makeNode('GlobalAveragePool', ['c'], ['p']), makeNode('Flatten', ['p'], ['y'])],
    weights: [floats('near', [COLOURS.length, 3, 1, 1], weights), floats('bias', [COLOURS.length], biases)],
  });
  return Buffer.from(toBinary(ModelProtoSchema, proto));
}

function floats(name: string, dims: readonly number[], values: Float32Array): TensorProto {
  return makeTensor(name, DataType.FLOAT, dims, encodeFloats('float32', values));
}

/** `each` pictures of every colour, in folders named after them; no two are alike. */
export function pictures(each: number): { readonly path: string; readonly bytes: Buffer }[] {
  const random = uniform(3);
  return COLOURS.flatMap((colour, k) =>
    Array.from({ length: each }, (_, i) => {
      const pixel = colour.map((value, c) => (MEAN[c] ?? 0) + value);
      const rows = Array.from({ length: SIDE }, () => [
        0,
        ...Array.from({ length: SIDE }, () => pixel.map((value) => Math.round(value + 4 * random() - 2))).flat(),
      ]);
      return { path: `pictures/${NAMES[k] ?? ''}/${i}.png`, bytes: png(rows) };
    }),
  );
}

/** How such pictures would be read by someone who takes the model for one of torchvision's. */
export const TORCH_CARD: ImageCard = {
  version: 1,
  task: 'classification',
  data: 'pictures',
  format: 'folders',
  input: { layout: 'NCHW', size: [SIDE, SIDE], channels: 'RGB', scale: 1, mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375] },
};

/** A picture of 8 bits a channel, from rows that each begin with their filter. */
function png(rows: readonly (readonly number[])[]): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(SIDE, 0);
  header.writeUInt32BE(rows.length, 4);
  header.set([8, 2], 8);
  return Buffer.concat([
    Buffer.from([0x89, ...Buffer.from('PNG\r\n\u001a\n')]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.from(rows.flat()))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}
