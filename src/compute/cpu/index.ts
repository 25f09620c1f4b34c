import { WhittleError } from '../../base/errors';
import { matmulTiming, notTimed } from '../timing';
import type { Compute, Handle, MatmulKind, MatmulTiming } from '../types';
import { adaroundOf, gramProductOf } from './adaround';
import { assignCodesOf, assignValuesOf } from './codebook';
import { codesOf, fakeQuantize, sumErrors } from './elementwise';
import { roundWithFeedbackOf } from './feedback';
import { isCut, magnitudeCutOf } from './magnitude';
import { matmulInt8Of, matmulOf } from './matmul';
import { clipErrorsOf, histogramOf, rangesOf } from './ranges';

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

/** The oracle that every shader is checked against, and the fallback where there is no WebGPU. */
export function createCpuCompute(): Compute {
  return {
    info: { kind: 'cpu', name: 'CPU', features: [], maxBufferBytes: 2 ** 31 - 1, software: true },
    upload: (data) => new CpuTensor(data.slice()),
    download: async (handle) => dataOf(handle).slice(),
    ranges: async (w, groups) => rangesOf(dataOf(w), groups),
    histogram: async (w, lo, hi, bins) => histogramOf(dataOf(w), lo, hi, bins),
    clipErrors: async (w, grid, ratios) => clipErrorsOf(dataOf(w), grid, ratios),
    quantize(w, grid, into) {
      const out = into ?? new CpuTensor(new Float32Array(w.length));
      fakeQuantize(dataOf(w), grid, dataOf(out));
      return out;
    },
    codes: async (w, grid) => codesOf(dataOf(w), grid),
    assign(w, codebook, into) {
      const out = into ?? new CpuTensor(new Float32Array(w.length));
      assignValuesOf(dataOf(w), codebook, dataOf(out));
      return out;
    },
    assignCodes: async (w, codebook) => assignCodesOf(dataOf(w), codebook),
    errorSums: async (reference, w) => sumErrors(dataOf(reference), dataOf(w)),
    countZeros: async (w) => dataOf(w).reduce((count, x) => count + (x === 0 ? 1 : 0), 0),
    magnitudeCut: async (tensors, count) => magnitudeCutOf(tensors.map(dataOf), count),
    countBelow: async (tensors, threshold) => {
      const bound = Math.fround(threshold);
      return tensors.reduce((sum, w) => sum + dataOf(w).reduce((count, x) => count + (Math.abs(x) < bound ? 1 : 0), 0), 0);
    },
    applyCut(w, tensor, cut, into) {
      const out = into ?? new CpuTensor(new Float32Array(w.length));
      const target = dataOf(out);
      for (const [index, x] of dataOf(w).entries()) target[index] = isCut(x, tensor, index, cut) ? 0 : x;
      return out;
    },
    roundWithFeedback: async (w, factor, shape, levels) => {
      const { values, losses } = roundWithFeedbackOf(dataOf(w), dataOf(factor), shape, levels);
      return { values: new CpuTensor(values), losses };
    },
    adaround: (gram, choices, shape, options) => adaroundOf(dataOf(gram), choices, shape, options),
    gramProduct: async (gram, b, shape) => gramProductOf(dataOf(gram), b, shape),
    matmul: async (a, b, m, k, n) => matmulOf(dataOf(a), dataOf(b), m, k, n),
    matmulF16: async () => {
      throw new WhittleError('runtime-failed', 'Half precision needs a GPU with shader-f16.', 'Use float32 on this device.');
    },
    matmulInt8: async (a, bTransposed, m, k, n) => matmulInt8Of(a, bTransposed, m, k, n),
    timeMatmul: async (kind, size, runs, signal) => timeMatmul(kind, size, runs, signal),
    destroy() {},
  };
}

function dataOf(handle: Handle): Float32Array<ArrayBuffer> {
  if (!(handle instanceof CpuTensor)) throw new WhittleError('internal', 'A tensor of another device was given to the CPU.');
  if (!handle.data) throw new WhittleError('internal', 'A destroyed tensor was used.');
  return handle.data;
}

/** Beyond this edge the plain loops take longer than a person waits. */
const LARGEST_TIMED = 256;

function timeMatmul(kind: MatmulKind, size: number, runs: number, signal: AbortSignal): MatmulTiming {
  if (kind === 'f16') return notTimed(kind, size, 'cpu', 'The CPU has no half-precision loop.');
  if (size > LARGEST_TIMED) return notTimed(kind, size, 'cpu', `Without WebGPU only sizes up to ${LARGEST_TIMED} are timed.`);
  const floats = Float32Array.from({ length: size * size }, (_, i) => ((i * 7919) % 255) / 128 - 1);
  const bytes = Int8Array.from({ length: size * size }, (_, i) => ((i * 7919) % 255) - 127);
  const once = (): unknown => (kind === 'f32' ? matmulOf(floats, floats, size, size, size) : matmulInt8Of(bytes, bytes, size, size, size));
  once();
  const milliseconds: number[] = [];
  for (let run = 0; run < runs; run++) {
    signal.throwIfAborted();
    const start = performance.now();
    once();
    milliseconds.push(performance.now() - start);
  }
  return matmulTiming(kind, size, 'cpu', milliseconds);
}
