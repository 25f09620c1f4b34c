import { realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import { StoredBytes } from '../base/stored-bytes';
import { storedFile } from '../engine/node/disk';
import { externalLocations } from '../onnx/external';
import { leavesFolder, samePath } from '../onnx/external-paths';
import { readableText } from '../onnx/text';
import { WhittleError } from '../base/errors';
import { reasonOf } from '../base/node/system-errors';
import type { PlacedFile } from './studio';

/** Larger files are refused when they are opened, so what they refer to is not asked for. */
const MOST_BYTES = 2 ** 31 - 1;

/**
 * The files that hold a model's external data, where the model says they are. Throws `external-data-missing` that names a location which is
 * not there, is no file or is outside the model's folder, by its path or through a link. A model that is a link has two folders: the
 * link's and its own.
 */
export function externalFiles(model: string): PlacedFile[] {
  if (statSync(model).size > MOST_BYTES) return [];
  const folders = [dirname(model), dirname(realpathSync(model))];
  const files: PlacedFile[] = [];
  for (const location of externalLocations(stored(model))) {
    if (!files.some((file) => samePath(file.name, location))) files.push(place(location, folders));
  }
  return files;
}

function stored(model: string): StoredBytes {
  try {
    return new StoredBytes(storedFile(model));
  } catch (cause) {
    throw new WhittleError('bad-model', `The model ${model} cannot be read: ${reasonOf(cause)}.`);
  }
}

function place(location: string, folders: readonly string[]): PlacedFile {
  const said = `The model keeps weights in "${readableText(location)}"`;
  const outside = missing(`${said}, which is outside its folder ${folders[0]}: such a file is not read.`);
  if (leavesFolder(location)) throw outside;
  // Models that were written on Windows have its separators.
  const paths = [location, location.replaceAll('\\', '/')].flatMap((name) => folders.map((folder) => join(folder, name)));
  const path = paths.find((candidate) => !candidate.includes('\0') && statSync(candidate, { throwIfNoEntry: false }));
  if (path === undefined) throw missing(`${said}, and ${readableText(paths[0] ?? '')} does not exist.`);
  const real = realpathSync(path);
  if (!folders.some((folder) => isBelow(real, realpathSync(folder)))) throw outside;
  if (!statSync(real).isFile()) throw missing(`${said}, and ${path} is no file.`);
  return { path, name: location };
}

function missing(message: string): WhittleError {
  return new WhittleError('external-data-missing', message);
}

function isBelow(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
