/** Files that the tests drop: broken models made from the digit sample, and starts of other formats. */
import { readFileSync } from 'node:fs';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema, TensorProto_DataLocation, type ModelProto } from 'onnx-buf';
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
