/** Probes in the form that suits what runs them: weights in the graph on processors, values counted where they are. */
import { activationBins, countBins } from '../../compute/operations/activation-bins';
import { inputsAsConstants } from '../../onnx/live';
import { sizeOf } from '../../onnx/tensor';
import type { Counted, Lease, Probe, ProbeWeight } from '../../passes/types';
import { byWaves } from '../../passes/waves';
import type { HeldTensor } from '../../runtime/types';
import type { Platform } from './platform';

/** The probe with its weights in it: none is fed. */
export async function withConstants(probe: Probe, { compute }: Platform, acquire: (weight: ProbeWeight) => Promise<Lease>): Promise<Probe> {
  const values = await byWaves(
    probe.weights,
    ({ shape }) => ({ params: sizeOf(shape) }),
    async (weight): Promise<[string, Float32Array<ArrayBuffer>]> => {
      const lease = await acquire(weight);
      try {
        return [weight.inputName, await compute.download(lease.handle)];
      } finally {
        lease.release();
      }
    },
  );
  return { ...probe, model: inputsAsConstants(probe.model, probe.weights, new Map(values)), weights: [] };
}

/** Counts by the kernel where the values are in a GPU's buffer, else in main memory. */
export function countedOf({ tensor }: HeldTensor, { gpu }: Platform): Counted {
  const length = sizeOf(tensor.dims);
  if (gpu && 'gpuBuffer' in tensor) {
    const handle = gpu.borrow(tensor.gpuBuffer, length);
    return {
      length,
      async count(width, signed, into) {
        const { counts, zeros } = await gpu.run(activationBins, handle, width, signed);
        for (const [bin, found] of counts.entries()) if (found > 0) into[bin] = (into[bin] ?? 0) + found;
        return zeros;
      },
    };
  }
  const values = 'data' in tensor && tensor.data instanceof Float32Array ? tensor.data : new Float32Array(0);
  return { length: values.length, count: (width, _, into) => Promise.resolve(countBins(values, width, into)) };
}
