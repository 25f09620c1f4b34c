/** A stack of four 256 x 256 MatMuls with gaussian weights and inputs, generated with a fixed seed. */
import { npy } from '../../src/data/testing/npy';
import { makeNode } from '../../src/onnx/nodes';
import { bytesOf, DataType, makeTensor } from '../../src/onnx/tensor';
import { makeModel } from '../../src/onnx/testing/fixtures';
import { concatChunks, writeModel } from '../../src/onnx/write';

const SIZE = 256;
const LAYERS = 4;
const ROWS = 1024;

export interface StackFiles {
  readonly model: Uint8Array<ArrayBuffer>;
  /** npy, [rows, 256]. */
  readonly calibration: Uint8Array<ArrayBuffer>;
  readonly held: Uint8Array<ArrayBuffer>;
}

/** x [N, 256] -> MatMul four times -> y [N, 256]; weights of variance 1/256, inputs of variance 1. */
export function makeStack(seed: number): StackFiles {
  const random = gaussian(seed);
  const values = (rows: number, scale: number): Float32Array<ArrayBuffer> =>
    Float32Array.from({ length: rows * SIZE }, () => random() * scale);
  const weights = Array.from({ length: LAYERS }, (_, at) =>
    makeTensor(`w${at}`, DataType.FLOAT, [SIZE, SIZE], bytesOf(values(SIZE, 1 / Math.sqrt(SIZE)))),
  );
  const names = Array.from({ length: LAYERS + 1 }, (_, at) => (at === 0 ? 'x' : at === LAYERS ? 'y' : `h${at}`));
  const nodes = weights.map((_, at) => makeNode('MatMul', [names[at] ?? '', `w${at}`], [names[at + 1] ?? '']));
  const model = makeModel({ opset: 21, inputs: [['x', ['N', SIZE]]], outputs: [['y', ['N', SIZE]]], nodes, weights });
  const rows = (): Uint8Array<ArrayBuffer> => npy('<f4', [ROWS, SIZE], values(ROWS, 1));
  return { model: new Uint8Array(concatChunks(writeModel(model))), calibration: rows(), held: rows() };
}

/** Box-Muller over a 32-bit xorshift. */
function gaussian(seed: number): () => number {
  let state = (seed * 2654435761) >>> 0 || 1;
  const uniform = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return ((state >>> 0) + 0.5) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}
