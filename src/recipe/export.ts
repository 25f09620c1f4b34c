import type { TensorProto } from 'onnx-buf';
import type { Job } from '../base/job';
import type { Compute } from '../compute/types';
import { cloneForEdit } from '../onnx/clone';
import { createEncoder, type WeightEncoder } from '../onnx/encode';
import type { OnnxModel, Skipped } from '../onnx/types';
import type { RecipeRun } from './run';

export interface StoredModel {
  /** A new model with the run's values inside; the run's own graph is untouched. */
  readonly model: OnnxModel;
  /** The bytes that hold each changed layer: codes, scales, zero points. Look-up tables that layers share count with the first of them. */
  readonly parts: ReadonlyMap<string, readonly Uint8Array<ArrayBuffer>[]>;
  /** What the run's steps could not do while the graph was finished, each by its place in `RecipeRun.steps`. */
  readonly skipped: readonly { readonly step: number; readonly skipped: readonly Skipped[] }[];
}

/**
 * Writes each changed layer of a run by its encoding, one layer in memory at a time, then runs the passes' finishing edits. The run
 * gives its values up as they are written: dispose of it after. Codes come from the device, or are those kept while streaming.
 */
export async function storeWeights(run: RecipeRun, compute: Compute, job: Job): Promise<StoredModel> {
  const model = cloneForEdit(run.model);
  const encoder = createEncoder(model);
  const changed = run.layers.filter((l) => run.isChanged(l.id));
  const startedAt = Date.now();
  const parts = new Map<string, Uint8Array<ArrayBuffer>[]>();
  for (const [done, layer] of changed.entries()) {
    job.signal.throwIfAborted();
    job.onProgress({ stage: `Writing ${layer.id}`, done, total: changed.length, startedAt });
    const stored = await storeLayer(run, compute, encoder, layer.id);
    run.store.drop(layer.id);
    parts.set(
      layer.id,
      stored.map((tensor) => tensor.rawData),
    );
  }
  const skipped = run.finishers.map(({ step, edit }) => ({ step, skipped: edit(model) }));
  // Every step that changed a weight had its part in it: told once, with the last.
  return { model, parts, skipped: [...skipped, { step: run.steps.length - 1, skipped: lostInputs(run.opened, model) }] };
}

/** How many names are worth reading. */
const NAMED_INPUTS = 3;

/** Constants of the opened model that could be given as inputs and no longer can be, since their values changed. */
function lostInputs({ name, proto }: OnnxModel, written: OnnxModel): Skipped[] {
  if (proto.irVersion < 4n) return [];
  const left = new Set(written.proto.graph?.input.map((input) => input.name));
  const gone = (proto.graph?.input ?? []).filter((input) => !left.has(input.name)).map((input) => `"${input.name}"`);
  if (gone.length === 0) return [];
  const names = gone.slice(0, NAMED_INPUTS).join(', ') + (gone.length > NAMED_INPUTS ? ` and ${gone.length - NAMED_INPUTS} more` : '');
  return [
    {
      layer: name,
      reason:
        'All its weights were inputs with a default, as older exporters ' +
        `wrote them. Those that changed are no inputs any more: ${names}.`,
    },
  ];
}

async function storeLayer(
  { store }: RecipeRun,
  compute: Compute,
  encoder: WeightEncoder,
  layerId: string,
): Promise<readonly TensorProto[]> {
  const encoding = store.encodingOf(layerId);
  if (encoding?.kind === 'grid') {
    const codes = await store.codesOf(layerId);
    if (encoding.storage === 'matmulnbits') return encoder.storeMatMulNBits(layerId, encoding.grid, codes);
    if (encoding.storage === 'dequantize') return encoder.storeDequantize(layerId, encoding.grid, codes);
    return encoder.storePacked(layerId, encoding.grid, codes);
  }
  if (encoding?.kind === 'codebook') {
    return encoder.storeCodebook(layerId, encoding.codebook, await store.codesOf(layerId));
  }
  const lease = await store.acquire(layerId);
  try {
    const values = await compute.download(lease.handle);
    return encoding === null ? encoder.storeFloat(layerId, values) : encoder.storeFloat16(layerId, values);
  } finally {
    lease.release();
  }
}
