import { WhittleError } from '../base/errors';
import { type Crew, OWN_THREAD } from './threads/own-thread';
import type { Compute, Handle, Host } from './types';

class CpuTensor implements Handle {
  readonly length: number;
  private readonly release: Crew['release'];
  private data: Float32Array | null;

  constructor(data: Float32Array, release: Crew['release']) {
    this.data = data;
    this.release = release;
    this.length = data.length;
  }

  get values(): Float32Array {
    if (!this.data) throw new WhittleError('internal', 'A destroyed tensor was used.');
    return this.data;
  }

  destroy(): void {
    if (this.data) this.release(this.data);
    this.data = null;
  }
}

function valuesOf(handle: Handle): Float32Array {
  if (handle instanceof CpuTensor) return handle.values;
  throw new WhittleError('internal', 'A tensor of another device was given to the CPU.');
}

/**
 * Runs the references of operations: the oracle that every kernel is checked against, and the fallback where there is no WebGPU.
 * @param crew the threads that share their work; without one it is done on the caller's.
 */
export function createCpuCompute(crew: Crew = OWN_THREAD): Compute {
  const { threads, floats, release, each } = crew;
  const host: Host = { valuesOf, floats, release, each, tensor: (values) => new CpuTensor(values, release) };
  return {
    info: { kind: 'cpu', name: threads > 1 ? `CPU, ${threads} threads` : 'CPU', features: [], maxBufferBytes: 2 ** 31 - 1, software: true },
    upload(data) {
      const values = floats(data.length);
      values.set(data);
      return host.tensor(values);
    },
    download: async (handle) => valuesOf(handle).slice(),
    run: async (operation, ...args) => operation.cpu(host, ...args),
    each,
    destroy() {},
  };
}
