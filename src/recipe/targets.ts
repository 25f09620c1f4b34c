/**
 * What a file is made for. Passes, plans and one-click recipes differ by it; what runs the file here is another matter
 * (`runtime/providers.ts`).
 */
export type TargetId = 'webgpu' | 'wasm';

interface TargetFacts {
  readonly name: string;
  /** The machines that it means. */
  readonly machines: string;
  /** What decides between the targets, as a sentence. */
  readonly hint: string;
  readonly gpu: boolean;
  /** 8-bit activations make a file faster there: there are kernels that compute on integers. */
  readonly integers: boolean;
}

/** By the names that recipes and links carry. */
export const TARGETS: Readonly<Record<TargetId, TargetFacts>> = {
  webgpu: {
    name: 'WebGPU',
    machines: 'graphics processors',
    hint: 'GPUs: they compute in floats.',
    gpu: true,
    integers: false,
  },
  wasm: {
    name: 'WASM',
    machines: 'processors',
    hint: 'Processors: 8-bit integers are faster there.',
    gpu: false,
    integers: true,
  },
};

export const DEFAULT_TARGET: TargetId = 'webgpu';

export const TARGET_IDS: readonly TargetId[] = Object.keys(TARGETS).filter(isTarget);

/** Whether some value is the name of a target. */
export function isTarget(value: unknown): value is TargetId {
  return typeof value === 'string' && Object.hasOwn(TARGETS, value);
}

/** What to make a file for where it will run on a GPU, or on processors. */
export function targetFor({ gpu }: { readonly gpu: boolean }): TargetId {
  return TARGET_IDS.find((id) => TARGETS[id].gpu === gpu) ?? DEFAULT_TARGET;
}
