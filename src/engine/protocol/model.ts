/** The open model and what recipes make of it. */
import type { HistogramBins } from '../../compute/operations/histogram';
import type { ComputeInfo } from '../../compute/types';
import type { Layer, ModelSummary, Skipped } from '../../onnx/types';
import type { LayerState, Recipe } from '../../recipe/types';
import type { Provider } from '../../runtime/types';
import type { Proof } from './proof';

export interface Environment {
  readonly compute: ComputeInfo;
  /** What a model can run on here, a GPU's first, then the reference. */
  readonly providers: readonly Provider[];
  readonly wasmThreads: number;
  readonly browser: string;
  /** Why there is no WebGPU, when there is none. */
  readonly fallbackReason: string | null;
}

export interface OpenedModel {
  readonly summary: ModelSummary;
  readonly layers: readonly Layer[];
  readonly skipped: readonly Skipped[];
  readonly sha256: string;
  readonly gzipBytes: number | null;
}

/** What one step of the recipe did. */
export interface StepReport {
  readonly id: string;
  readonly note: string;
  /** Layers. */
  readonly changed: number;
  readonly skipped: readonly Skipped[];
  /** Pruning: |w| below which a layer's weights were cut, by layer id. */
  readonly thresholds?: Readonly<Record<string, number>>;
}

export interface Preview {
  readonly recipe: Recipe;
  readonly layers: readonly LayerState[];
  readonly steps: readonly StepReport[];
  /** Predicted size of the exported file. */
  readonly predictedBytes: number;
  /** The same after gzip, estimated from parts of each layer that were compressed; null for models too large to do that at every move. */
  readonly predictedGzipBytes: number | null;
}

/** A layer's weights as opened and under the recipe, in the same bins. */
export interface LayerHistogram {
  readonly layerId: string;
  /** Of the output channels, from 0; null: all of them. */
  readonly channel: number | null;
  readonly before: HistogramBins;
  readonly after: HistogramBins;
  /** Prune threshold on |w|, or null. */
  readonly threshold: number | null;
  /** Distinct stored levels (per-tensor grid, or the chosen channel's), ascending; null where the grid differs by channel or is float. */
  readonly levels: readonly number[] | null;
  /** Between neighbouring levels, in the weights' unit; null as above. */
  readonly step: number | null;
  readonly state: LayerState;
}

/** What one bit width would do to a layer. */
export interface BitsPoint {
  readonly bits: number;
  /** null where the layer keeps its values exactly. */
  readonly sqnrDb: number | null;
  readonly bytes: number;
}

/** A written file and what was found out about it. */
export interface Exported {
  readonly recipe: Recipe;
  readonly name: string;
  readonly blob: Blob;
  readonly bytes: number;
  /** null where the file is too large to compress unasked. */
  readonly gzipBytes: number | null;
  readonly layers: readonly LayerState[];
  readonly steps: readonly StepReport[];
  readonly proof: Proof;
}
