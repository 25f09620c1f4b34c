import { WhittleError } from '../../base/errors';
import type { Handle } from '../types';
import type { Recorder } from './recorder';

/**
 * Freed buffers kept for the next tensor of the same size: a slider makes the same sizes again and again. Integrated GPUs take it from main
 * memory.
 */
const POOL_BYTES = 64 * 2 ** 20;

/** STORAGE | COPY_SRC | COPY_DST as numbers: the named constants are globals that do not exist while a module loads in Node. */
const USAGE = 0x80 | 0x04 | 0x08;

export class GpuTensor implements Handle {
  readonly length: number;
  readonly buffer: GPUBuffer;
  private owner: Tensors | null;
  private readonly own: boolean;

  /** @param own whether the buffer goes with it. */
  constructor(owner: Tensors, buffer: GPUBuffer, length: number, own = true) {
    this.owner = owner;
    this.own = own;
    this.buffer = buffer;
    this.length = length;
  }

  isLiveOn(owner: Tensors): boolean {
    return this.owner === owner;
  }

  destroy(): void {
    if (this.own) this.owner?.recycle(this.buffer);
    this.owner = null;
  }
}

/** All float32 tensors of one device. */
export class Tensors {
  private readonly device: GPUDevice;
  private readonly maxBytes: number;
  private readonly free = new Map<number, GPUBuffer[]>();
  private readonly all = new Set<GPUBuffer>();
  private readonly recorder: Pick<Recorder, 'afterwards'>;
  private pooled = 0;

  constructor(device: GPUDevice, maxBytes: number, recorder: Pick<Recorder, 'afterwards'>) {
    this.device = device;
    this.maxBytes = maxBytes;
    this.recorder = recorder;
  }

  /** An uninitialized tensor: every kernel writes all of its result. */
  create(length: number): GpuTensor {
    // onnxruntime asks for multiples of 16 bytes; a buffer of none cannot be bound.
    const bytes = Math.max(16, Math.ceil((length * 4) / 16) * 16);
    if (bytes > this.maxBytes) {
      throw new WhittleError(
        'too-large',
        `A weight of ${bytes} bytes is larger than this GPU's buffers (${this.maxBytes} bytes).`,
        'Use a device with larger buffers.',
      );
    }
    return new GpuTensor(this, this.take(bytes), length);
  }

  of(handle: Handle): GpuTensor {
    if (!(handle instanceof GpuTensor)) throw new WhittleError('internal', 'A tensor of another device was given to the GPU.');
    if (!handle.isLiveOn(this)) throw new WhittleError('internal', 'A destroyed tensor was used.');
    return handle;
  }

  /** A tensor whose buffer others own. */
  borrow(buffer: GPUBuffer, length: number): GpuTensor {
    return new GpuTensor(this, buffer, length, false);
  }

  /** Takes a buffer back, once nothing that is recorded uses it: an upload into it would come before that. */
  recycle(buffer: GPUBuffer): void {
    this.recorder.afterwards(() => this.pool(buffer));
  }

  private pool(buffer: GPUBuffer): void {
    if (this.pooled + buffer.size > POOL_BYTES) {
      this.all.delete(buffer);
      buffer.destroy();
      return;
    }
    this.pooled += buffer.size;
    this.free.set(buffer.size, [...(this.free.get(buffer.size) ?? []), buffer]);
  }

  destroy(): void {
    for (const buffer of this.all) buffer.destroy();
    this.all.clear();
    this.free.clear();
  }

  private take(bytes: number): GPUBuffer {
    const known = this.free.get(bytes)?.pop();
    if (known) {
      this.pooled -= bytes;
      return known;
    }
    const buffer = this.device.createBuffer({ size: bytes, usage: USAGE });
    this.all.add(buffer);
    return buffer;
  }
}
