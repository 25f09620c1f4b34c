/** Loads onnxruntime-web on first use: its wasm is 27 or 14 MB, which nobody should pay for before a model is run. */
import type * as Ort from 'onnxruntime-web/webgpu';

/** Beyond these more threads gain nothing. */
const MOST_THREADS = 8;

/**
 * Threads of the WASM backend: every other logical core, since two of them often are one; of two cores both where no GPU's driver wants
 * one (squeezenet1.1: two threads alone 18 to 26 ms a run, one 32 to 38; beside a software renderer two took 1.4 times as long).
 * They need shared memory, which only an isolated page has; in Node, where these builds serve tests and benches, none start.
 */
export function wasmThreads(gpu: boolean): number {
  if (!('crossOriginIsolated' in globalThis) || !globalThis.crossOriginIsolated) return 1;
  const cores = navigator.hardwareConcurrency;
  return Math.min(MOST_THREADS, cores, Math.max(gpu ? 1 : 2, Math.floor(cores / 2)));
}

/**
 * Builds of onnxruntime-web. The one with WebGPU can stop within a run (asyncify), which makes its kernels on processors half as fast and
 * slow for the first seconds: where there is no GPU the plain one is taken.
 */
const BUILDS = {
  webgpu: () => import('onnxruntime-web/webgpu'),
  plain: () => import('onnxruntime-web/wasm'),
};

const loading = new Map<keyof typeof BUILDS, Promise<typeof Ort>>();

/** onnxruntime-web, loaded on first use and once: its code is most of what the worker loads. @param gpu with WebGPU. */
export function loadOrt(gpu: boolean): Promise<typeof Ort> {
  const build = gpu ? 'webgpu' : 'plain';
  const known = loading.get(build) ?? load(gpu);
  loading.set(build, known);
  return known;
}

async function load(gpu: boolean): Promise<typeof Ort> {
  const ort = await BUILDS[gpu ? 'webgpu' : 'plain']();
  ort.env.wasm.numThreads = wasmThreads(gpu);
  // Failures come back as exceptions and are shown in the page; the same text on the console would be noise.
  ort.env.logLevel = 'fatal';
  return ort;
}
