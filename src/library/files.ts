/** Files of the disk as the engine takes them: read when they are needed. */
import { readdirSync, statSync } from 'node:fs';
import { basename, join, relative, sep } from 'node:path';
import { WhittleError } from '../base/errors';
import { reasonOf } from '../base/node/system-errors';
import { blobAt } from '../engine/node/disk';
import type { NamedBlob } from '../engine/protocol/index';
import type { PlacedFile, PlacedSamples } from './studio';

/** A model's files under the names by which its folder knows them. Throws `bad-model` where one cannot be read. */
export function modelBlobs(files: readonly PlacedFile[]): Promise<NamedBlob[]> {
  return Promise.all(files.map(({ path, name }) => named(path, name, 'bad-model')));
}

/** Samples as a browser has them: a file, or every file below a folder. Throws `bad-data` where one cannot be read. */
export function sampleBlobs({ path, isFolder }: Pick<PlacedSamples, 'path' | 'isFolder'>): Promise<NamedBlob[]> {
  const paths = isFolder ? filesIn(path) : [path];
  const nameOf = (each: string): string => (isFolder ? join(basename(path), relative(path, each)).replaceAll(sep, '/') : basename(each));
  return Promise.all(paths.map((each) => named(each, nameOf(each), 'bad-data')));
}

async function named(path: string, name: string, code: 'bad-model' | 'bad-data'): Promise<NamedBlob> {
  try {
    return { path: name, blob: await blobAt(path) };
  } catch (cause) {
    throw new WhittleError(code, `${path} cannot be read: ${reasonOf(cause)}.`, '', { cause });
  }
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}
