import { clearField } from '@bufbuild/protobuf';
import type { ModelProto, TensorProto } from 'onnx-buf';
import { TensorProto_DataLocation as Location, TensorProtoSchema } from 'onnx-buf';
import { WhittleError } from '../base/errors';
import { tensorsOf } from './graph';
import { byteLength, sizeOf } from './tensor';
import type { NamedBytes } from './types';

/**
 * Gives every tensor with external data its bytes, as views of the files dropped along with the model, and forgets where they
 * came from: from here on the tensor is like any other and is inlined when written.
 * @returns Bytes of the files that were used.
 * @throws WhittleError 'external-data-missing' naming the file that was not dropped; 'bad-model' where the file is too short.
 */
export function resolveExternal(proto: ModelProto, files: readonly NamedBytes[]): number {
  const used = new Set<NamedBytes>();
  for (const tensor of tensorsOf(proto)) {
    if (tensor.dataLocation !== Location.EXTERNAL) continue;
    used.add(resolveTensor(tensor, files));
  }
  return [...used].reduce((sum, file) => sum + file.bytes.length, 0);
}

function resolveTensor(tensor: TensorProto, files: readonly NamedBytes[]): NamedBytes {
  const entries = new Map(tensor.externalData.map((entry) => [entry.key, entry.value]));
  const location = entries.get('location') ?? '';
  const file = findFile(location, files);
  if (!file) {
    throw new WhittleError(
      'external-data-missing',
      `The weights of tensor "${tensor.name}" are in the file "${location}", which was not dropped.`,
      `Drop the model together with "${baseName(location)}".`,
    );
  }
  const offset = Number(entries.get('offset') ?? '0');
  const length = Number(entries.get('length') ?? byteLength(tensor.dataType, sizeOf(tensor.dims)) ?? file.bytes.length - offset);
  if (!(offset >= 0 && length >= 0 && offset + length <= file.bytes.length)) {
    throw new WhittleError(
      'bad-model',
      `Tensor "${tensor.name}" wants bytes ${offset} to ${offset + length} of "${file.name}", which has ${file.bytes.length}.`,
      'The data file is cut short or belongs to another model. Download both files again.',
    );
  }
  tensor.rawData = file.bytes.subarray(offset, offset + length);
  tensor.externalData = [];
  clearField(tensor, TensorProtoSchema.field.dataLocation);
  return file;
}

function findFile(location: string, files: readonly NamedBytes[]): NamedBytes | undefined {
  return files.find((file) => file.name === location) ?? files.find((file) => baseName(file.name) === baseName(location));
}

/** Last part of a path. */
export function baseName(path: string): string {
  return path.split(/[/\\]/).pop() ?? path;
}
