/** Loads onnxruntime-web once, on first use: its wasm is 27 MB, which nobody should pay for before a model is run. */
import type * as Ort from 'onnxruntime-web/webgpu';

let loading: Promise<typeof Ort> | null = null;

/** Threads of the WASM backend: they need shared memory, which only a cross-origin isolated page (or Node) has. */
export function wasmThreads(): number {
  if (!('crossOriginIsolated' in globalThis) || !globalThis.crossOriginIsolated) return 1;
  return Math.max(1, Math.min(8, Math.ceil(navigator.hardwareConcurrency / 2)));
}

/** onnxruntime-web, loaded on first use and once: its code is most of what the worker loads. */
export function loadOrt(): Promise<typeof Ort> {
  loading ??= load();
  return loading;
}

async function load(): Promise<typeof Ort> {
  const ort = await import('onnxruntime-web/webgpu');
  ort.env.wasm.numThreads = wasmThreads();
  // Failures come back as exceptions and are shown in the page; the same text on the console would be noise.
  ort.env.logLevel = 'fatal';
  return ort;
}
