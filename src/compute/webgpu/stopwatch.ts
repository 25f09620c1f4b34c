import type { Recorder } from './recorder';

/**
 * Milliseconds of `repeats` of a dispatch in one submission of its own, by the device's timestamps or by the wall clock from submit until the
 * queue is done.
 */
export async function timeDispatches(recorder: Recorder, pipeline: GPUComputePipeline, words: Uint32Array, buffers: readonly GPUBuffer[], [x, y]: readonly [number, number], repeats: number, clock: 'timestamp-query' | 'queue'): Promise<number> {
  recorder.check();
  await recorder.done();
  const { device } = recorder;
  const uniforms = device.createBuffer({ size: Math.ceil(words.byteLength / 16) * 16, usage: GPUBufferUsage.UNIFORM, mappedAtCreation: true });
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
    for (let i = 0; i < repeats; i++) pass.dispatchWorkgroups(x, y);
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
