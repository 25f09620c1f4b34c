import { clearField } from '@bufbuild/protobuf';
import type { ModelProto, TensorProto } from 'onnx-buf';
import { TensorProto_DataLocation as Location, TensorProtoSchema } from 'onnx-buf';
import { WhittleError } from '../base/errors';
import { loaded, StoredBytes, type Bytes } from '../base/stored-bytes';
import { decodeModel } from './decode';
import { candidatesFor, leavesFolder, samePath } from './external-paths';
import { allTensorsOf } from './graph';
import { hollowOf, STAYS_BYTES } from './hollow';
import { setRaw } from './raw';
import { byteLength, shapeOf, sizeOf } from './tensor';
import type { NamedBytes } from './types';

/**
 * The files that a model's tensors are in, as it names them: paths relative to its own folder, each once. Empty for bytes that are no
 * model.
 */
export function externalLocations(bytes: Bytes): string[] {
  try {
    return locationsOf(decodeModel(bytes instanceof StoredBytes ? hollowOf(bytes) : bytes));
  } catch {
    return [];
  }
}

function locationsOf(proto: ModelProto): string[] {
  const locations = new Set<string>();
  for (const tensor of allTensorsOf(proto))
    if (tensor.dataLocation === Location.EXTERNAL) locations.add(entriesOf(tensor).get('location') ?? '');
  locations.delete('');
  return [...locations];
}

/**
 * Gives every tensor with external data its bytes, as views of the files dropped along with the model, and forgets where they
 * came from: from here on the tensor is like any other and is inlined when written.
 * @param modelPath where the model itself was among what was dropped: locations are relative to its folder.
 * @returns The files that were used, by the location that the model gives them.
 * @throws WhittleError 'external-data-missing' naming the file that was not dropped, or the several it may be; 'bad-model' where the
 *   tensor's place in the file is not one.
 */
export function resolveExternal(proto: ModelProto, modelPath: string, files: readonly NamedBytes[]): ReadonlyMap<string, NamedBytes> {
  const matched = new Map<string, NamedBytes>();
  const locationOf = new Map<NamedBytes, string>();
  for (const tensor of allTensorsOf(proto)) {
    if (tensor.dataLocation !== Location.EXTERNAL) continue;
    const location = entriesOf(tensor).get('location') ?? '';
    const file = matched.get(location) ?? onlyFile(tensor, location, modelPath, files);
    const other = locationOf.get(file);
    // Two locations that one file dropped without its folder fits: it can be the data of one of them at most.
    if (other !== undefined && !samePath(other, location)) {
      throw ambiguous(tensor, location, [`"${file.name}", which is as well "${other}"`]);
    }
    locationOf.set(file, location);
    matched.set(location, file);
    resolveTensor(tensor, file);
  }
  return matched;
}

function entriesOf(tensor: TensorProto): Map<string, string> {
  return new Map(tensor.externalData.map((entry) => [entry.key, entry.value]));
}

function onlyFile(tensor: TensorProto, location: string, modelPath: string, files: readonly NamedBytes[]): NamedBytes {
  if (location === '') throw badTensor(tensor, 'has its data in another file but does not say in which');
  const [file, ...others] = candidatesFor(location, modelPath, files);
  if (file && others.length > 0)
    throw ambiguous(
      tensor,
      location,
      [file, ...others].map(({ name }) => `"${name}"`),
    );
  if (file) return file;
  throw new WhittleError(
    'external-data-missing',
    `The weights of tensor "${tensor.name}" are in the file "${location}", ` +
      `which was not dropped${leavesFolder(location) ? " and is outside the model's folder" : ''}.`,
    `Drop the model together with "${location.split(/[/\\]/).pop() ?? location}".`,
  );
}

function ambiguous(tensor: TensorProto, location: string, candidates: readonly string[]): WhittleError {
  return new WhittleError(
    'external-data-missing',
    `The weights of tensor "${tensor.name}" are in the file "${location}", ` +
      `and it is not clear which of the dropped files that is: ${candidates.join(', ')}.`,
    'Drop the whole folder of the model, so that its files keep their paths.',
  );
}

function badTensor(tensor: TensorProto, what: string): WhittleError {
  return new WhittleError(
    'bad-model',
    `Tensor "${tensor.name}" ${what}.`,
    'The model or its data file is damaged or belongs to another model. Download both again.',
  );
}

/** A count of bytes as these entries hold it, in decimal digits. */
function countIn(tensor: TensorProto, key: string, text: string): number {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value))
    throw badTensor(tensor, `has "${text.slice(0, 40)}" as the ${key} of its external data, which is no number of bytes`);
  return value;
}

function resolveTensor(tensor: TensorProto, file: NamedBytes): void {
  const entries = entriesOf(tensor);
  const size = tensor.dims.every((dim) => dim >= 0n) ? byteLength(tensor.dataType, sizeOf(tensor.dims)) : undefined;
  if (size === undefined) throw badTensor(tensor, 'has external data, which its type or shape does not admit');
  const offset = countIn(tensor, 'offset', entries.get('offset') ?? '0');
  const length = entries.has('length') ? countIn(tensor, 'length', entries.get('length') ?? '') : size;
  if (length !== size)
    throw badTensor(tensor, `[${shapeOf(tensor).join(', ')}] wants ${length} bytes of "${file.name}", and its shape and type ${size}`);
  if (offset + length > file.bytes.length) {
    throw badTensor(tensor, `wants bytes ${offset} to ${offset + length} of "${file.name}", which has ${file.bytes.length}`);
  }
  const raw = file.bytes.subarray(offset, offset + length);
  setRaw(tensor, length < STAYS_BYTES ? loaded(raw) : raw);
  tensor.externalData = [];
  clearField(tensor, TensorProtoSchema.field.dataLocation);
}
