import type { GpuClock } from '../types';
import type { Recorder } from './recorder';

interface Dispatch {
  readonly pipeline: GPUComputePipeline;
  /** Of binding 0. */
  readonly words: Uint32Array;
  /** Bound from 1 on. */
  readonly buffers: readonly GPUBuffer[];
  readonly workgroups: readonly [number, number];
}

/** Milliseconds of `repeats` of a dispatch in one submission of its own. */
export async function timeDispatches(recorder: Recorder, dispatch: Dispatch, repeats: number, clock: GpuClock): Promise<number> {
  const { pipeline, words, buffers, workgroups } = dispatch;
  recorder.check();
  await recorder.done();
  const { device } = recorder;
  const size = Math.ceil(words.byteLength / 16) * 16;
  const uniforms = device.createBuffer({ size, usage: GPUBufferUsage.UNIFORM, mappedAtCreation: true });
  new Uint32Array(uniforms.getMappedRange()).set(words);
  uniforms.unmap();
  const stamps = clock === 'timestamp-query' ? new Timestamps(device) : null;
  try {
    const bindGroup = device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: [uniforms, ...buffers].map((buffer, binding) => ({ binding, resource: { buffer } })),
    });
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass(stamps ? { timestampWrites: stamps.writes } : {});
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, bindGroup);
    for (let i = 0; i < repeats; i++) pass.dispatchWorkgroups(...workgroups);
    pass.end();
    stamps?.resolve(encoder);
    const start = performance.now();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
    const elapsed = performance.now() - start;
    const measured = (await stamps?.milliseconds(recorder)) ?? elapsed;
    // A timestamp that runs backwards, or says far less than the wall clock, is a driver's fault: the wall clock is the safe one.
    return measured > elapsed / 20 ? measured : elapsed;
  } finally {
    uniforms.destroy();
    stamps?.destroy();
  }
}

/** The device's clock before and after a pass. */
class Timestamps {
  private readonly querySet: GPUQuerySet;
  private readonly resolved: GPUBuffer;

  constructor(device: GPUDevice) {
    this.querySet = device.createQuerySet({ type: 'timestamp', count: 2 });
    this.resolved = device.createBuffer({ size: 16, usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC });
  }

  get writes(): GPUComputePassTimestampWrites {
    return { querySet: this.querySet, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 };
  }

  resolve(encoder: GPUCommandEncoder): void {
    encoder.resolveQuerySet(this.querySet, 0, 2, this.resolved, 0);
  }

  async milliseconds(recorder: Recorder): Promise<number> {
    const [begin = 0n, end = 0n] = new BigUint64Array(await recorder.read(this.resolved, 16));
    return Number(end - begin) / 1e6;
  }

  destroy(): void {
    this.querySet.destroy();
    this.resolved.destroy();
  }
}
