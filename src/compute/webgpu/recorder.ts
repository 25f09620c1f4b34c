import { WhittleError } from '../../base/errors';
import { UniformArena } from './uniforms';

/** What one submission reads back at most, unless a single read is larger: what is mapped is held twice. */
const READ_BYTES = 64 * 2 ** 20;
/** A readback that failed is the work of a lost device nearly always; its news comes within this time. */
const LOSS_NEWS_MS = 500;

interface Read {
  readonly source: GPUBuffer;
  readonly bytes: number;
  readonly resolve: (bytes: ArrayBuffer) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Collects what is asked of a device within one turn of the event loop and submits it together: any number of dispatches in order, then one
 * readback of everything that was asked for. Work that wants its results at once asks for them without waiting in between (Promise.all).
 */
export class Recorder {
  readonly device: GPUDevice;
  private readonly uniforms: UniformArena;
  private encoder: GPUCommandEncoder | null = null;
  private pass: GPUComputePassEncoder | null = null;
  private reads: Read[] = [];
  private readBytes = 0;
  private endings: (() => void)[] = [];
  private turn: ReturnType<typeof setTimeout> | null = null;
  private lostReason: string | null = null;

  constructor(device: GPUDevice) {
    this.device = device;
    this.uniforms = new UniformArena(device);
    void device.lost.then((info) => {
      this.lostReason = info.message || info.reason;
    });
  }

  /** Throws 'device-lost' once the device is gone. */
  check(): void {
    if (this.lostReason !== null) throw lost(this.lostReason);
  }

  /** Records one dispatch. @param uniforms u32 words of binding 0. @param buffers bound from 1 on. */
  dispatch(pipeline: GPUComputePipeline, uniforms: Uint32Array, buffers: readonly GPUBuffer[], [x, y]: readonly [number, number]): void {
    this.check();
    const words = this.uniforms.place(uniforms) ?? this.afterSubmit(uniforms);
    const bindGroup = this.device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: [words, ...buffers.map((buffer) => ({ buffer }))].map((resource, binding) => ({ binding, resource })),
    });
    this.pass ??= this.encode().beginComputePass();
    this.pass.setPipeline(pipeline);
    this.pass.setBindGroup(0, bindGroup);
    this.pass.dispatchWorkgroups(x, y);
  }

  /** The first `bytes` of a buffer as this turn's work leaves it. Throws 'device-lost' or 'gpu-validation'. */
  async read(source: GPUBuffer, bytes: number): Promise<ArrayBuffer> {
    this.check();
    if (bytes === 0) return new ArrayBuffer(0);
    if (this.reads.length > 0 && this.readBytes + bytes > READ_BYTES) this.submit();
    this.schedule();
    this.readBytes += whole(bytes);
    return new Promise((resolve, reject) => {
      this.reads.push({ source, bytes, resolve, reject });
    });
  }

  /** Runs `end` (which frees a buffer) once nothing that is recorded can use it. */
  afterwards(end: () => void): void {
    if (this.turn === null) end();
    else this.endings.push(end);
  }

  /** Submits what is recorded, before others use its buffers. */
  submit(): void {
    if (this.turn === null) return;
    clearTimeout(this.turn);
    const { reads, endings } = this;
    const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
    const staging = reads.length === 0 ? null : this.device.createBuffer({ size: this.readBytes, usage });
    this.pass?.end();
    if (staging) this.copyTo(staging);
    this.uniforms.write();
    if (this.encoder) this.device.queue.submit([this.encoder.finish()]);
    [this.turn, this.encoder, this.pass, this.reads, this.readBytes, this.endings] = [null, null, null, [], 0, []];
    for (const end of endings) end();
    if (staging) void this.giveBack(staging, reads);
  }

  /** Submits, and waits until the device has done everything. */
  async done(): Promise<void> {
    this.submit();
    await this.device.queue.onSubmittedWorkDone();
  }

  /** Submits, and frees what it keeps. */
  destroy(): void {
    this.submit();
    this.uniforms.destroy();
  }

  private encode(): GPUCommandEncoder {
    this.schedule();
    this.encoder ??= this.device.createCommandEncoder();
    return this.encoder;
  }

  private schedule(): void {
    // Promises that are settled go on before a timer's turn comes: all that can be asked for by then is recorded.
    this.turn ??= setTimeout(() => this.submit(), 0);
  }

  private afterSubmit(uniforms: Uint32Array): GPUBufferBinding {
    this.submit();
    const words = this.uniforms.place(uniforms);
    if (!words) throw new WhittleError('internal', `${uniforms.length} words of uniforms are more than a kernel has.`);
    return words;
  }

  private copyTo(staging: GPUBuffer): void {
    const encoder = this.encode();
    let offset = 0;
    for (const { source, bytes } of this.reads) {
      encoder.copyBufferToBuffer(source, 0, staging, offset, whole(bytes));
      offset += whole(bytes);
    }
  }

  private async giveBack(staging: GPUBuffer, reads: readonly Read[]): Promise<void> {
    try {
      await staging.mapAsync(GPUMapMode.READ);
      const all = staging.getMappedRange();
      let offset = 0;
      for (const { bytes, resolve } of reads) {
        resolve(all.slice(offset, offset + bytes));
        offset += whole(bytes);
      }
    } catch (error) {
      await this.newsOfLoss();
      const failure = this.lostReason === null ? unread(error) : lost(this.lostReason);
      for (const { reject } of reads) reject(failure);
    } finally {
      staging.destroy();
    }
  }

  /** Waits until a loss is known, or is not to be expected any more: the news may come after the failure that it caused. */
  private async newsOfLoss(): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const given = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, LOSS_NEWS_MS);
    });
    await Promise.race([this.device.lost, given]);
    clearTimeout(timer);
  }
}

/** Copies are of whole words. */
function whole(bytes: number): number {
  return Math.ceil(bytes / 4) * 4;
}

function unread(cause: unknown): WhittleError {
  const message = `The GPU did not give its result back: ${String(cause)}`;
  return new WhittleError('gpu-validation', message, 'Try again; if it stays, continue on the CPU.', { cause });
}

function lost(reason: string): WhittleError {
  const remedy = 'Your model and recipe are kept. Reconnect the GPU, or continue on the CPU.';
  return new WhittleError('device-lost', `The GPU device was lost: ${reason}`, remedy);
}
