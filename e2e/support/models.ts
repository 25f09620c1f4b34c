/** Files that the tests drop: broken models made from the digit sample, and starts of other formats. */
import { readFileSync } from 'node:fs';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  ModelProtoSchema,
  NodeProtoSchema,
  TensorProtoSchema,
  TensorProto_DataLocation,
  TensorProto_DataType,
  type ModelProto,
} from 'onnx-buf';
import { DIGITS } from './studio';

/** The digit sample after a change to its message. */
export function changedDigits(change: (model: ModelProto) => void): Buffer {
  const model = fromBinary(ModelProtoSchema, readFileSync(DIGITS));
  change(model);
  return Buffer.from(toBinary(ModelProtoSchema, model));
}

/** The first weight's first value becomes NaN. */
export function withNan(): Buffer {
  return changedDigits((model) => {
    const weight = model.graph?.initializer.find(({ name, dims }) => name.includes('fc1') && dims.length === 2);
    if (!weight) throw new Error('The digit sample has no fc1.');
    const raw = Uint8Array.from(weight.rawData);
    new DataView(raw.buffer).setFloat32(0, Number.NaN, true);
    weight.rawData = raw;
  });
}

function matrix(rows: number, valueAt: (row: number, column: number) => number, columns = 10): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: rows * columns }, (_, at) => valueAt(Math.floor(at / columns), at % columns));
}

function swapped(digit: number): number {
  return digit === 3 ? 8 : digit === 8 ? 3 : digit;
}

/**
 * The digit sample with layers behind it that change nothing, until their weights are quantized: what exchanges the scores of 3 and 8 is
 * taken back by a layer of small values beside huge ones, which act on a constant 0 and leave no step for the small ones.
 */
export function withPlantedSwap(): Buffer {
  const weights = {
    'widen.weight': { columns: 11, values: matrix(10, (row, column) => Number(row === column), 11) },
    'swap.weight': { columns: 10, values: matrix(11, (row, column) => Number(column === swapped(row))) },
    'undo.weight': {
      columns: 10,
      values: matrix(11, (row, column) => (row === 10 ? 1000 : Number(row === column) - Number(column === swapped(row)))),
    },
  };
  return changedDigits(({ graph }) => {
    const last = graph?.node.at(-1);
    if (!graph || !last) throw new Error('The digit sample has no nodes.');
    last.output[0] = 'digits';
    for (const [name, { columns, values }] of Object.entries(weights)) {
      graph.initializer.push(
        create(TensorProtoSchema, {
          name,
          dataType: TensorProto_DataType.FLOAT,
          dims: [BigInt(values.length / columns), BigInt(columns)],
          rawData: new Uint8Array(values.buffer),
        }),
      );
    }
    const node = (name: string, opType: string, input: string[], output: string): void =>
      void graph.node.push(create(NodeProtoSchema, { name, opType, input, output: [output] }));
    node('widen', 'MatMul', ['digits', 'widen.weight'], 'wide');
    node('swap', 'MatMul', ['wide', 'swap.weight'], 'swapped');
    node('undo', 'MatMul', ['wide', 'undo.weight'], 'undone');
    node('scores', 'Add', ['swapped', 'undone'], 'scores');
  });
}

/** A weight moved to a file of its own: the model, and the bytes of "weights.bin". */
export function withExternalData(): { readonly model: Buffer; readonly data: Buffer } {
  let data = Buffer.alloc(0);
  const model = changedDigits(({ graph }) => {
    const weight = graph?.initializer.toSorted((a, b) => b.rawData.length - a.rawData.length)[0];
    if (!weight) throw new Error('The digit sample has no weights.');
    data = Buffer.from(weight.rawData);
    weight.rawData = new Uint8Array();
    weight.dataLocation = TensorProto_DataLocation.EXTERNAL;
    weight.externalData = [
      { $typeName: 'onnx.StringStringEntryProto', key: 'location', value: 'weights.bin' },
      { $typeName: 'onnx.StringStringEntryProto', key: 'length', value: String(data.length) },
    ];
  });
  return { model, data };
}

/** Static quantization as tools write it: every convolution's input goes through QuantizeLinear and DequantizeLinear. */
export function staticQdq(): Buffer {
  return changedDigits(({ graph }) => {
    if (!graph) return;
    graph.initializer.push(
      create(TensorProtoSchema, { name: 'qdq_scale', dataType: TensorProto_DataType.FLOAT, floatData: [1 / 64] }),
      create(TensorProtoSchema, { name: 'qdq_zero', dataType: TensorProto_DataType.UINT8, int32Data: [0] }),
    );
    graph.node = graph.node.flatMap((node, i) => {
      const [input] = node.input;
      if (node.opType !== 'Conv' || input === undefined) return [node];
      node.input[0] = `qdq_${i}`;
      return [
        create(NodeProtoSchema, {
          name: `quantize_${i}`,
          opType: 'QuantizeLinear',
          input: [input, 'qdq_scale', 'qdq_zero'],
          output: [`qdq_${i}_codes`],
        }),
        create(NodeProtoSchema, {
          name: `dequantize_${i}`,
          opType: 'DequantizeLinear',
          input: [`qdq_${i}_codes`, 'qdq_scale', 'qdq_zero'],
          output: [`qdq_${i}`],
        }),
        node,
      ];
    });
  });
}
