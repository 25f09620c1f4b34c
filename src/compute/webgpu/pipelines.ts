import { WhittleError } from '../../base/errors';
import type { Kernel } from '../types';
import { sourceOf } from './shaders';

/** Compiled kernels of one device, each compiled once; a failed compile is not remembered. */
export class Pipelines {
  private readonly device: GPUDevice;
  private readonly ready = new Map<string, GPUComputePipeline>();

  constructor(device: GPUDevice) {
    this.device = device;
  }

  has(kernels: readonly Kernel[]): boolean {
    return kernels.every((kernel) => this.ready.has(keyOf(kernel)));
  }

  /** Compiles kernels ahead of their use. Throws 'shader-compile' with the compiler's words and the lines they point at. */
  async prepare(kernels: readonly Kernel[]): Promise<void> {
    const missing = new Map(kernels.map((kernel) => [keyOf(kernel), kernel] as const).filter(([key]) => !this.ready.has(key)));
    await Promise.all([...missing].map(async ([key, kernel]) => this.ready.set(key, await compile(this.device, kernel, sourceOf(kernel)))));
  }

  /** A kernel that was prepared. */
  get(kernel: Kernel): GPUComputePipeline {
    const pipeline = this.ready.get(keyOf(kernel));
    if (!pipeline) throw new WhittleError('internal', `The kernel ${kernel.name} was used before it was compiled.`);
    return pipeline;
  }
}

function keyOf({ name, constants }: Kernel): string {
  return `${name} ${JSON.stringify(constants ?? {})}`;
}

/** Compiles one shader. Exported for the test that a broken shader is shown. */
export async function compile(device: GPUDevice, { name: label, constants = {} }: Kernel, code: string): Promise<GPUComputePipeline> {
  device.pushErrorScope('validation');
  const module = device.createShaderModule({ label, code });
  const scope = device.popErrorScope();
  const { messages } = await module.getCompilationInfo();
  const errors = messages.filter((message) => message.type === 'error');
  const invalid = await scope;
  if (errors.length > 0 || invalid) {
    const details = errors.map((error) => `${error.message}\n${linesAround(code, error.lineNum)}`).join('\n');
    throw new WhittleError('shader-compile', `The kernel ${label} does not compile: ${details || invalid?.message}`, REPORT);
  }
  try {
    return await device.createComputePipelineAsync({ label, layout: 'auto', compute: { module, entryPoint: 'main', constants } });
  } catch (error) {
    throw new WhittleError('shader-compile', `The kernel ${label} makes no pipeline: ${String(error)}`, REPORT, { cause: error });
  }
}

const REPORT = 'Report this with the name of your GPU; until then, continue on the CPU.';

/** Three source lines either side of a line, numbered, the line itself marked. */
function linesAround(code: string, line: number): string {
  const lines = code.split('\n');
  const from = Math.max(1, line - 3);
  return lines
    .slice(from - 1, line + 3)
    .map((text, i) => `${from + i === line ? '>' : ' '} ${from + i} | ${text}`)
    .join('\n');
}
