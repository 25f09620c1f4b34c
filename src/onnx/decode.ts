import { fromBinary } from '@bufbuild/protobuf';
import type { ModelProto } from 'onnx-buf';
import { ModelProtoSchema } from 'onnx-buf';
import './text';

/** Messages in messages that ONNX readers follow: protobuf's limit of 100 below the outermost one, some 33 graphs in graphs. */
const DEPTH = 101;

/** The message in these bytes, with tensor data as views of them. Throws what the library throws, in its words. */
export function decodeModel(bytes: Uint8Array): ModelProto {
  return fromBinary(ModelProtoSchema, bytes, { recursionLimit: DEPTH });
}
