import { createCpuCompute } from '../../compute/cpu';
import type { Compute } from '../../compute/types';
import { cloneForEdit } from '../../onnx/clone';
import { createEncoder } from '../../onnx/encode';
import { listLayers } from '../../onnx/layers';
import { findParameters } from '../../onnx/parameters';
import { readFloats } from '../../onnx/tensor';
import type { OnnxModel, Skipped } from '../../onnx/types';
import { createOriginals, type StoreMode } from '../originals';
import { passStore } from '../pass-store';
import { defaultsOf, type Options } from '../options';
import type { Pass, PassResult, Target } from '../types';
import { createWeightStore, type OwnedWeightStore } from '../weight-store';
import { calibrationOver, type TestSamples } from './calibration';

export interface Applied {
  readonly result: PassResult;
  /** The edited graph with its float values written in, as the live session computes. */
  readonly live: OnnxModel;
  /** The same after the pass's finishing edits. */
  readonly written: OnnxModel;
  /** The model as it is exported: weights by their encoding, then the finishing edits. */
  readonly exported: () => Promise<{ readonly model: OnnxModel; readonly skipped: readonly Skipped[] }>;
  readonly store: OwnedWeightStore;
  readonly compute: Compute;
  /** The present value of a layer. */
  readonly value: (layerId: string) => Promise<Float32Array>;
}

interface Setup {
  readonly options?: Options;
  /** Per-layer options on top. */
  readonly layers?: Readonly<Record<string, Options>>;
  readonly mode?: StoreMode;
  readonly target?: Target;
  readonly compute?: Compute;
  /** Ids of the layers it applies to; all unless given. */
  readonly only?: readonly string[];
  /** What the pass may learn from; none unless given. */
  readonly samples?: TestSamples;
}

/** Runs one pass over all layers of a model on the CPU maker, as the recipe would. */
export async function applyPass(pass: Pass, source: OnnxModel, setup: Setup = {}): Promise<Applied> {
  const compute = setup.compute ?? createCpuCompute();
  const model = cloneForEdit(source);
  const { layers } = listLayers(model);
  const parameters = findParameters(source).map(({ parameter: { id }, value: { constant } }) => ({ id, constant }));
  const read = ({ constant }: (typeof parameters)[number]): Float32Array => (constant ? readFloats(constant) : new Float32Array(0));
  const originals = createOriginals(parameters, read, compute, setup.mode ?? 'resident');
  const store = createWeightStore(layers, originals, compute);
  const options = { ...defaultsOf(pass.meta), ...setup.options };
  const finishers: ((model: OnnxModel) => Skipped[])[] = [];
  const selected = layers
    .filter((layer) => setup.only?.includes(layer.id) ?? true)
    .map((layer) => ({ layer, options: { ...options, ...setup.layers?.[layer.id] } }));
  const result = await pass.apply(
    {
      compute,
      weights: passStore(store, originals, model),
      model,
      target: setup.target ?? { gpu: false, shaderF16: false },
      job: { signal: new AbortController().signal, onProgress: () => {} },
      selected,
      ranked: selected,
      onFinish: (edit) => finishers.push(edit),
      calibration: setup.samples ? calibrationOver(setup.samples, store, compute) : null,
      keep: (_key, make) => make(),
    },
    options,
  );
  const value = async (id: string): Promise<Float32Array> => {
    const lease = await store.acquire(id);
    const values = await compute.download(lease.handle);
    lease.release();
    return values;
  };
  const written = cloneForEdit(model);
  const encoder = createEncoder(written);
  for (const { id } of layers) {
    if (!store.isChanged(id)) continue;
    if (store.encodingOf(id)?.kind === 'float16') encoder.storeFloat16(id, await value(id));
    else encoder.storeFloat(id, await value(id));
  }
  const live = cloneForEdit(written);
  for (const finish of finishers) finish(written);
  const exported = async (): Promise<{ model: OnnxModel; skipped: Skipped[] }> => {
    const file = cloneForEdit(model);
    const target = createEncoder(file);
    for (const { id } of layers) {
      const encoding = store.encodingOf(id);
      if (encoding?.kind !== 'grid') continue;
      if (encoding.storage === 'dequantize') target.storeDequantize(id, encoding.grid, await store.codesOf(id));
      else target.storePacked(id, encoding.grid, await store.codesOf(id));
    }
    return { model: file, skipped: finishers.flatMap((finish) => finish(file)) };
  };
  return { result, live, written, exported, store, compute, value };
}
