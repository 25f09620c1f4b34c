import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NamedBytes } from '../types';

const FOLDER = join(import.meta.dirname, '../../../../shared/data/models');

/** Names of the shared real models; empty, with a line that says so, where they are not there. */
export function sharedModels(): string[] {
  if (existsSync(FOLDER)) return readdirSync(FOLDER).toSorted();
  console.log('Skipped: tests on real models, because ../shared/data/models is not there.');
  return [];
}

export function sharedModel(name: string): NamedBytes {
  return { name, bytes: new Uint8Array(readFileSync(join(FOLDER, name))) };
}
