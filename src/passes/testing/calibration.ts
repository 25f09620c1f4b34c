import type { Tensor } from 'onnxruntime-web';
import type { Compute } from '../../compute/types';
import { floats, runTensors } from '../../onnx/testing/ort';
import type { Calibration, WeightStore } from '../types';

/** Samples for a pass under test: each the model's inputs by name. They are run one by one on onnxruntime's WASM backend. */
export type TestSamples = readonly Readonly<Record<string, Tensor>>[];

export function calibrationOver(
  samples: TestSamples,
  weights: Pick<WeightStore, 'acquire' | 'acquireOriginal'>,
  compute: Compute,
): Calibration {
  return {
    samples: samples.length,
    key: 'test samples',
    async observe(probe, visit) {
      const fed: Record<string, Tensor> = {};
      for (const { inputName, shape, id, which } of probe.weights) {
        const lease = await (which === 'original' ? weights.acquireOriginal(id) : weights.acquire(id));
        fed[inputName] = floats(shape, await compute.download(lease.handle));
        lease.release();
      }
      await runTensors(
        probe.model,
        samples.slice(0, probe.limit).map((sample) => Object.assign({}, sample, fed)),
        async (outputs) => {
          await visit(
            Object.fromEntries(
              Object.entries(outputs).flatMap(([name, { data, dims }]) => (data instanceof Float32Array ? [[name, { data, dims }]] : [])),
            ),
            1,
          );
        },
      );
    },
  };
}
