import { matmulTiming, notTimed } from '../timing';
import type { MatmulKind, MatmulTiming } from '../types';
import { int8Kernel, matmulWorkgroups, toHalf } from './matmul';
import type { Runner } from './runner';
import type { Kernel } from './shaders';

/** A timed batch lasts about this long: Chrome rounds timestamps to 0.1 ms, and a queue's own latency must not show. */
const BATCH_MS = 20;
const MAX_REPEATS = 500;

/**
 * Rate of a size^3 product: a warm-up that also sizes the batch, then `runs` timed batches. The clock is timestamp-query where the
 * device has it, else the time from submit until the queue is done.
 */
export async function timeMatmul(gpu: Runner, features: readonly string[], kind: MatmulKind, size: number, runs: number, signal: AbortSignal): Promise<MatmulTiming> {
  const clock = gpu.device.features.has('timestamp-query') ? 'timestamp-query' : 'queue';
  if (kind === 'f16' && !gpu.device.features.has('shader-f16')) return notTimed(kind, size, clock, 'This GPU has no half precision (shader-f16).');
  const kernel: Kernel = kind === 'int8' ? int8Kernel(features) : kind === 'f16' ? 'matmul-f16' : 'matmul-f32';
  const pipeline = await gpu.pipelines.prepare(kernel);
  const inputs = inputsOf(gpu, kind, size);
  const result = gpu.scratch(size * size * 4);
  const uniforms = gpu.device.createBuffer({ size: 16, usage: GPUBufferUsage.UNIFORM, mappedAtCreation: true });
  new Uint32Array(uniforms.getMappedRange()).set([size, kind === 'int8' ? Math.ceil(size / 4) : size, size]);
  uniforms.unmap();
  return gpu.within([...inputs, result, uniforms], async () => {
    const entries = [uniforms, ...inputs, result].map((buffer, binding) => ({ binding, resource: { buffer } }));
    const bindGroup = gpu.device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
    const batch = new Batch(gpu, pipeline, bindGroup, matmulWorkgroups(size, size));
    try {
      const warmUp = await batch.time(1, false);
      const repeats = Math.min(MAX_REPEATS, Math.max(1, Math.ceil(BATCH_MS / Math.max(warmUp, 0.01))));
      const milliseconds: number[] = [];
      for (let run = 0; run < runs; run++) {
        signal.throwIfAborted();
        milliseconds.push((await batch.time(repeats, clock === 'timestamp-query')) / repeats);
      }
      return matmulTiming(kind, size, clock, milliseconds);
    } finally {
      batch.destroy();
    }
  });
}

/** Values that fill the type's range, so that no kernel can profit from zeros. */
function inputsOf(gpu: Runner, kind: MatmulKind, size: number): GPUBuffer[] {
  if (kind === 'int8') {
    const bytes = Int8Array.from({ length: size * Math.ceil(size / 4) * 4 }, (_, i) => ((i * 7919) % 255) - 127);
    return [gpu.constant(bytes), gpu.constant(bytes)];
  }
  const floats = Float32Array.from({ length: size * size }, (_, i) => ((i * 7919) % 255) / 128 - 1);
  if (kind === 'f32') return [gpu.constant(floats), gpu.constant(floats)];
  const tensor = gpu.tensors.create(floats.length);
  gpu.device.queue.writeBuffer(tensor.buffer, 0, floats);
  const halves = [toHalf(gpu, tensor), toHalf(gpu, tensor)];
  tensor.destroy();
  return halves;
}

/** Repeats one dispatch in one submit and times it. */
class Batch {
  private readonly gpu: Runner;
  private readonly pipeline: GPUComputePipeline;
  private readonly bindGroup: GPUBindGroup;
  private readonly workgroups: readonly [number, number];
  private readonly querySet: GPUQuerySet | null;
  private readonly resolved: GPUBuffer | null;

  constructor(gpu: Runner, pipeline: GPUComputePipeline, bindGroup: GPUBindGroup, workgroups: readonly [number, number]) {
    this.gpu = gpu;
    this.pipeline = pipeline;
    this.bindGroup = bindGroup;
    this.workgroups = workgroups;
    const timed = gpu.device.features.has('timestamp-query');
    this.querySet = timed ? gpu.device.createQuerySet({ type: 'timestamp', count: 2 }) : null;
    this.resolved = timed ? gpu.device.createBuffer({ size: 16, usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC }) : null;
  }

  /** Milliseconds of `repeats` dispatches. */
  async time(repeats: number, byTimestamp: boolean): Promise<number> {
    const { device, recorder } = this.gpu;
    recorder.check();
    recorder.submit();
    const stamps = byTimestamp && this.querySet ? { querySet: this.querySet, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 } : null;
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass(stamps ? { timestampWrites: stamps } : {});
    pass.setPipeline(this.pipeline);
    pass.setBindGroup(0, this.bindGroup);
    for (let i = 0; i < repeats; i++) pass.dispatchWorkgroups(...this.workgroups);
    pass.end();
    if (stamps && this.resolved) encoder.resolveQuerySet(stamps.querySet, 0, 2, this.resolved, 0);
    const start = performance.now();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
    const elapsed = performance.now() - start;
    if (!stamps || !this.resolved) return elapsed;
    const [begin = 0n, end = 0n] = new BigUint64Array(await this.gpu.read(this.resolved, 16));
    const measured = Number(end - begin) / 1e6;
    // A timestamp that runs backwards, or says far less than the wall clock, is a driver's fault: the wall clock is the safe one.
    return measured > 0 && measured > elapsed / 20 ? measured : elapsed;
  }

  destroy(): void {
    this.querySet?.destroy();
    this.resolved?.destroy();
  }
}
