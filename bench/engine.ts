/** The engine in this process, for benches: on the native runtime as the command has it, or on the web's as the page without a GPU. */
import { readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { openDataset, parseCard } from '../src/data/index';
import type { Dataset } from '../src/data/types';
import { createCpuCompute } from '../src/compute/cpu';
import { nodeCrew } from '../src/compute/node/crew';
import { decodeBySharp } from '../src/engine/node/decode';
import { openDocument } from '../src/engine/worker/document';
import type { Platform } from '../src/engine/worker/platform';
import { externalFiles } from '../src/library/external';
import { modelBlobs, sampleBlobs } from '../src/library/files';
import { createNodeRuntime } from '../src/runtime/node/index';
import { createWebRuntime } from '../src/runtime/web/index';
import type { Runtime } from '../src/runtime/types';
import { UsageProblem } from './harness/bench';

/** Runs to its end and says nothing. */
export const job = { signal: new AbortController().signal, onProgress: () => {} };

/** The option of a bench that names what models run on. */
export const ON = { on: { type: 'string', default: 'native' } } as const;

export interface Engine {
  readonly runtime: Runtime;
  readonly platform: Platform;
  /** A model in memory, as the page opens a dropped file. */
  openBlob(path: string, blob: Blob): ReturnType<typeof openDocument>;
  /** A model of the disk with its external data. */
  openModel(path: string): ReturnType<typeof openDocument>;
}

/** @param on "native" or "wasm". Throws UsageProblem for another. */
export function engineOn(on: string): Engine {
  if (on !== 'native' && on !== 'wasm') throw new UsageProblem(`--on is "native" or "wasm", not "${on}".`);
  const runtime = on === 'native' ? createNodeRuntime() : createWebRuntime({ device: null });
  const openBlob = (path: string, blob: Blob): ReturnType<typeof openDocument> =>
    openDocument([{ path, blob }], () => Promise.resolve(runtime), job);
  return {
    runtime,
    platform: {
      compute: createCpuCompute(nodeCrew()),
      gpu: null,
      runtime,
      fallbackReason: 'Benches compute on processors.',
      lost: job.signal,
    },
    openBlob,
    openModel: async (path) => {
      const files = [{ path, name: basename(path) }, ...externalFiles(path)];
      return openDocument(await modelBlobs(files), () => Promise.resolve(runtime), job);
    },
  };
}

/** The samples of a card, pictures decoded as the command decodes them. */
export async function openCard(path: string): Promise<Dataset> {
  const card = parseCard(JSON.parse(readFileSync(path, 'utf8')));
  const files = await sampleBlobs({ path: resolve(dirname(path), card.data), isFolder: true });
  return openDataset(card, files, job, decodeBySharp);
}

/** The most memory that this process has held, in MiB, on Linux. */
export function peakMiB(): number {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024;
}
