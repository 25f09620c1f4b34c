/** What can run a session: one record an execution provider of onnxruntime. Others ask the record instead of knowing providers by name. */
export type Provider = 'webgpu' | 'wasm' | 'native';
export type Layout = 'NHWC' | 'NCHW';

interface ProviderFacts {
  /** As the page and reports call it. */
  readonly name: string;
  /** As onnxruntime calls it. */
  readonly ort: string;
  /** Runs on a GPU: takes weights in its buffers, and places what it has no kernels for on the CPU. */
  readonly gpu: boolean;
  /** What every model runs on, and what the others are held against. */
  readonly reference: boolean;
  /** Memory layouts of images that it can be asked for, the default one first. */
  readonly layouts: readonly [Layout, ...Layout[]];
  /** Samples in a batch beyond which more gain nothing. */
  readonly batch: number;
  /**
   * Milliseconds that its times must be at rest before they are worth taking. Shaders are compiled once and for all; WebAssembly starts on
   * code from a quick compiler, and functions that run often get better code in the background: integer kernels of onnxruntime-web were
   * seen to take 7 ms a run for three seconds, and 0.9 ms from then on.
   */
  readonly settleMs: number;
  /** Has kernels that compute on 8-bit integers, and none that compute in float16. */
  readonly integers: boolean;
}

export const PROVIDERS: Readonly<Record<Provider, ProviderFacts>> = {
  webgpu: {
    name: 'WebGPU',
    ort: 'webgpu',
    gpu: true,
    reference: false,
    layouts: ['NHWC', 'NCHW'],
    batch: Infinity,
    settleMs: 0,
    integers: false,
  },
  // Larger batches gain nothing (measured on ResNet-8: 1, 8 and 64 images within 15 %), and their memory is never given back.
  wasm: { name: 'WASM', ort: 'wasm', gpu: false, reference: true, layouts: ['NHWC'], batch: 8, settleMs: 4000, integers: true },
  // onnxruntime's own kernels in Node, on all cores.
  native: { name: 'CPU', ort: 'cpu', gpu: false, reference: true, layouts: ['NHWC'], batch: 8, settleMs: 0, integers: true },
};

/** All that any build knows, a GPU's first. */
export const ALL_PROVIDERS: readonly Provider[] = Object.keys(PROVIDERS).filter(isProvider);

function isProvider(name: string): name is Provider {
  return Object.hasOwn(PROVIDERS, name);
}

/** Of the providers that there are here the one that runs what is made for a GPU, or for processors: the reference where no other can. */
export function providerFor({ gpu }: { readonly gpu: boolean }, here: readonly Provider[]): Provider {
  const reference = here.find((provider) => PROVIDERS[provider].reference);
  const found = here.find((provider) => PROVIDERS[provider].gpu === gpu) ?? reference;
  if (found === undefined) throw new RangeError('nothing here runs a model');
  return found;
}
