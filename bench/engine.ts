/** The engine that the page uses without a GPU, in Node, for benchmarks. */
import { openAsBlob, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createCpuCompute } from '../src/compute/cpu';
import { openDataset, parseCard } from '../src/data/index';
import type { Dataset } from '../src/data/types';
import { openDocument } from '../src/engine/worker/document';
import { createWebRuntime } from '../src/runtime/web/index';

/** Runs to its end and says nothing. */
export const job = { signal: new AbortController().signal, onProgress: () => {} };
export const runtime = createWebRuntime({ device: null });
export const platform = { compute: createCpuCompute(), gpu: null, runtime, fallbackReason: 'Node', lost: job.signal };

/** A model in memory, as the page opens a dropped file, on WASM alone. */
export function openBlob(path: string, blob: Blob): ReturnType<typeof openDocument> {
  return openDocument([{ path, blob }], () => Promise.resolve(runtime), job);
}

/** A model of the disk with its external data, as the page opens dropped files, on WASM alone. */
export async function openModel(path: string): ReturnType<typeof openDocument> {
  return openBlob(basename(path), await openAsBlob(path));
}

/** A folder with `card.json` and the files that it names. */
export async function openFolder(folder: string): Promise<Dataset> {
  const card = parseCard(JSON.parse(readFileSync(join(folder, 'card.json'), 'utf8')));
  const files = readdirSync(folder)
    .filter((path) => path !== 'card.json')
    .map(async (path) => ({ path, blob: await openAsBlob(join(folder, path)) }));
  return openDataset(card, await Promise.all(files), job);
}

/** The most memory that this process has held, in MiB, on Linux. */
export function peakMiB(): number {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024;
}
