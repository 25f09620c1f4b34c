/** What a model is by its file alone: nothing is run, and no engine loaded. */
import { openSkeleton } from '../engine/node/skeleton';
import type { Layer, ModelSummary, Skipped } from '../onnx/types';
import { listLayers } from '../onnx/layers';
import { summarize } from '../onnx/summary';
import type { PlacedFile } from './studio';

export interface Inspected {
  readonly summary: ModelSummary;
  readonly layers: readonly Layer[];
  /** What no pass can change, each with the reason. */
  readonly skipped: readonly Skipped[];
}

/** Reads a model, its file first, but not its weights. Throws what `openSkeleton` throws. */
export function inspectModel(files: readonly PlacedFile[]): Inspected {
  const model = openSkeleton(files);
  return { summary: summarize(model), ...listLayers(model) };
}
