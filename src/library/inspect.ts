/** What a model is by its file alone: nothing is run, and no engine loaded. */
import type { Layer, ModelSummary, Skipped } from '../onnx/types';
import { listLayers } from '../onnx/layers';
import { readModel } from '../onnx/read';
import { summarize } from '../onnx/summary';
import { modelBlobs } from './files';
import type { PlacedFile } from './studio';

export interface Inspected {
  readonly summary: ModelSummary;
  readonly layers: readonly Layer[];
  /** What no pass can change, each with the reason. */
  readonly skipped: readonly Skipped[];
}

/** Reads a model, its file first. Throws what `readModel` throws. */
export async function inspectModel(files: readonly PlacedFile[]): Promise<Inspected> {
  const blobs = await modelBlobs(files);
  const named = await Promise.all(blobs.map(async ({ path, blob }) => ({ name: path, bytes: new Uint8Array(await blob.arrayBuffer()) })));
  const model = readModel(named);
  return { summary: summarize(model), ...listLayers(model) };
}
