import { WhittleError } from '../../base/errors';
import { SHADERS, type Kernel } from './shaders';

type Constants = Readonly<Record<string, number>>;

/** Compiled kernels of one device, each compiled once; a failed compile is not remembered. */
export class Pipelines {
  private readonly device: GPUDevice;
  private readonly ready = new Map<string, GPUComputePipeline>();

  constructor(device: GPUDevice) {
    this.device = device;
  }

  /** Compiles a kernel ahead of its use. Throws 'shader-compile' with the compiler's words and the lines they point at. */
  async prepare(kernel: Kernel, constants: Constants = {}): Promise<GPUComputePipeline> {
    const key = keyOf(kernel, constants);
    const known = this.ready.get(key);
    if (known) return known;
    const pipeline = await compile(this.device, kernel, SHADERS[kernel], constants);
    this.ready.set(key, pipeline);
    return pipeline;
  }

  /** A kernel that was prepared. */
  get(kernel: Kernel, constants: Constants = {}): GPUComputePipeline {
    const pipeline = this.ready.get(keyOf(kernel, constants));
    if (!pipeline) throw new WhittleError('internal', `The kernel ${kernel} was used before it was compiled.`);
    return pipeline;
  }
}

function keyOf(kernel: Kernel, constants: Constants): string {
  return `${kernel} ${JSON.stringify(constants)}`;
}

/** Compiles one shader. Exported for the test that a broken shader is shown. */
export async function compile(device: GPUDevice, label: string, code: string, constants: Constants): Promise<GPUComputePipeline> {
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
