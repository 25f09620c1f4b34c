/** A model whose large weights lie beside it, so that a session of it is made without a copy of them. */
import { create } from '@bufbuild/protobuf';
import type { GraphProto, TensorProto } from 'onnx-buf';
import { StringStringEntryProtoSchema, TensorProto_DataLocation as Location } from 'onnx-buf';
import { StoredBytes, type Bytes } from '../base/stored-bytes';
import { cloneForEdit } from './clone';
import { constantTensor } from './nodes';
import { rawOf, setRaw } from './raw';
import type { ModelSource, OnnxModel } from './types';
import { concatChunks, SHARE_BYTES, writeModel } from './write';

/**
 * The graph alone, with the large initializers as external data: views of the bytes that are in memory, places in files of the disk by
 * their locations under the outermost folder (`StoredFile`).
 */
export function splitModel(model: OnnxModel): ModelSource {
  const copy = cloneForEdit(model);
  const external = new Map<string, Bytes>();
  const { graph } = copy.proto;
  if (graph && copy.proto.irVersion >= 4n) constantsToInitializers(graph);
  for (const tensor of graph?.initializer ?? []) {
    const raw = rawOf(tensor);
    if (raw.length < SHARE_BYTES) continue;
    const isStored = raw instanceof StoredBytes;
    // No file of the disk has a location like this.
    const location = isStored ? raw.file.location : `weights-${external.size}`;
    external.set(location, isStored ? new StoredBytes(raw.file) : raw);
    refer(tensor, location, isStored ? raw.offset : 0, raw.length);
  }
  return { bytes: concatChunks(writeModel(copy)), external: [...external].map(([path, bytes]) => ({ path, bytes })) };
}

function refer(tensor: TensorProto, location: string, offset: number, length: number): void {
  const entries = { location, offset: String(offset), length: String(length) };
  setRaw(tensor, new Uint8Array(0));
  tensor.dataLocation = Location.EXTERNAL;
  tensor.externalData = Object.entries(entries).map(([key, value]) => create(StringStringEntryProtoSchema, { key, value }));
}

/** The same to a runtime, and initializers alone may have external data. */
function constantsToInitializers(graph: GraphProto): void {
  graph.node = graph.node.filter((node) => {
    const tensor = constantTensor(node);
    const name = node.output[0] ?? '';
    if (!tensor || rawOf(tensor).length < SHARE_BYTES || name === '') return true;
    tensor.name = name;
    graph.initializer.push(tensor);
    return false;
  });
}
