import { create, toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema, StringStringEntryProtoSchema, TensorProto_DataLocation as Location } from 'onnx-buf';
import { convNet } from '../../onnx/testing/fixtures';

/** A small network as a file, the weights of its convolution and of its product at these places in other files. */
export function externalModel(...locations: readonly string[]): Uint8Array {
  const { proto } = convNet(13);
  for (const [i, location] of locations.entries()) {
    const tensor = proto.graph?.initializer[2 * i];
    if (!tensor) throw new Error('more locations than weights');
    Object.assign(tensor, {
      rawData: new Uint8Array(),
      dataLocation: Location.EXTERNAL,
      externalData: [create(StringStringEntryProtoSchema, { key: 'location', value: location })],
    });
  }
  return toBinary(ModelProtoSchema, proto);
}

/** Bytes of the weights of the convolution and of the product. */
export const WEIGHT_BYTES = [4 * 4 * 3 * 3 * 3, 4 * 5 * 64] as const;
