import { WhittleError } from '../../base/errors';
import { reasonOf } from '../../base/node/system-errors';
import { StoredBytes } from '../../base/stored-bytes';
import { readModel } from '../../onnx/read';
import type { ReadModel } from '../../onnx/types';
import { storedFile } from './disk';

/**
 * A model of the disk without a runtime and without its weights: enough for `summarize`, `listLayers` and `findParameters`, in a second and
 * few megabytes whatever its size. Values are read from the files where somebody asks for them.
 * @param files the model and its external data, each with the path by which the model's own folder knows it. Throws what `readModel`
 *   throws, and `bad-model` where one cannot be read.
 */
export function openSkeleton(files: readonly { readonly path: string; readonly name: string }[]): ReadModel {
  return readModel(files.map(({ path, name }) => ({ name, bytes: stored(path) })));
}

function stored(path: string): StoredBytes {
  try {
    return new StoredBytes(storedFile(path));
  } catch (cause) {
    throw new WhittleError('bad-model', `${path} cannot be read: ${reasonOf(cause)}.`, '', { cause });
  }
}
