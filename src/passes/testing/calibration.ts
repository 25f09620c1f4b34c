import type { Tensor } from 'onnxruntime-web';
import { countBins } from '../../compute/operations/activation-bins';
import type { Compute } from '../../compute/types';
import { uniqueNames } from '../../onnx/graph';
import { addOutputs } from '../../onnx/probe';
import { floats, runTensors } from '../../onnx/testing/ort';
import type { Calibration, Counted, Kept, WeightStore } from '../types';

/** What runs have kept, by the names under which they did, for each sample. */
class KeptTensors implements Kept {
  readonly bytes = 0;
  samples: Readonly<Record<string, Tensor>>[] = [];
  release(): void {
    this.samples = [];
  }
}

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
    async observe({ model, weights: wanted, limit, start, keep, counted }, visit) {
      const fed: Record<string, Tensor> = {};
      for (const { inputName, shape, id, which } of wanted) {
        const lease = await (which === 'original' ? weights.acquireOriginal(id) : weights.acquire(id));
        fed[inputName] = floats(shape, await compute.download(lease.handle));
        lease.release();
      }
      const from = start?.kept instanceof KeptTensors ? start.kept : null;
      const values = [...(keep?.values ?? [])];
      const { graph } = model.proto;
      const named = values.map(([, value]) => value);
      const made = graph ? addOutputs(graph, named, 'float32', uniqueNames(model.proto)) : [];
      const inputs = new Set(graph?.input.map(({ name }) => name));
      const kept = new KeptTensors();
      let at = 0;
      const feeds = samples.slice(0, limit).map((sample, n) => {
        const before = [...(start?.inputs ?? [])].flatMap(([name, key]) => {
          const value = from?.samples[n]?.[key];
          return value ? [[name, value] as const] : [];
        });
        const own = Object.entries(sample).filter(([name]) => inputs.has(name));
        return Object.assign(Object.fromEntries([...own, ...before]), fed);
      });
      await runTensors(model, feeds, async (outputs) => {
        const carried = (keep?.carried ?? []).map((key) => [key, from?.samples[at]?.[key]] as const);
        const fresh = values.map(([key], n) => [key, outputs[made[n] ?? '']] as const);
        kept.samples.push(Object.fromEntries([...carried, ...fresh].flatMap(([key, value]) => (value ? [[key, value] as const] : []))));
        at++;
        await visit(
          Object.fromEntries(
            Object.entries(outputs).flatMap(([name, { data, dims }]) =>
              data instanceof Float32Array && !made.includes(name) ? [[name, { data, dims }]] : [],
            ),
          ),
          1,
          Object.fromEntries(
            (counted ?? []).flatMap((name) => {
              const data = outputs[name]?.data;
              if (!(data instanceof Float32Array)) return [];
              const count: Counted['count'] = async (width, _, into) => countBins(data, width, into);
              return [[name, { length: data.length, count }]];
            }),
          ),
        );
      });
      return keep ? kept : null;
    },
  };
}
