import { WhittleError } from '../base/errors';
import type { Compute, Handle, Host } from './types';

class CpuTensor implements Handle {
  readonly length: number;
  data: Float32Array<ArrayBuffer> | null;

  constructor(data: Float32Array<ArrayBuffer>) {
    this.data = data;
    this.length = data.length;
  }

  destroy(): void {
    this.data = null;
  }
}

const HOST: Host = {
  valuesOf(handle) {
    if (!(handle instanceof CpuTensor)) throw new WhittleError('internal', 'A tensor of another device was given to the CPU.');
    if (!handle.data) throw new WhittleError('internal', 'A destroyed tensor was used.');
    return handle.data;
  },
  tensor: (values) => new CpuTensor(values),
};

/** Runs the references of operations: the oracle that every kernel is checked against, and the fallback where there is no WebGPU. */
export function createCpuCompute(): Compute {
  return {
    info: { kind: 'cpu', name: 'CPU', features: [], maxBufferBytes: 2 ** 31 - 1, software: true },
    upload: (data) => new CpuTensor(data.slice()),
    download: async (handle) => HOST.valuesOf(handle).slice(),
    run: async (operation, ...args) => operation.cpu(HOST, ...args),
    destroy() {},
  };
}
