/** How fast and how large: timings, placement, forms compared, the truth meter, compressed sizes. null: not measured. */
import type { MatmulTiming } from '../../compute/operations/time-matmul';
import type { LayerState, Recipe } from '../../recipe/types';
import type { BackendCheck, Provider, Placement } from '../../runtime/types';

/**
 * Milliseconds of one inference, output in main memory included. Original and result took turns: samples with the same index are
 * neighbours.
 */
export interface Latency {
  readonly median: number;
  readonly p10: number;
  readonly p90: number;
  /** Timings that these stand on. */
  readonly runs: number;
  /** Inferences in a row that each timing is the mean of: more than one where the browser's clock is too coarse for a single one. */
  readonly repeats: number;
  /** Every timing in order, to six figures. */
  readonly samples: readonly number[];
}

/** What a program pays before its second inference. Pipelines that this tab has compiled before are not compiled again. */
export interface Startup {
  /** Loading, optimizing (decoding packed weights) and placing the graph. */
  readonly createMs: number;
  readonly firstRunMs: number;
}

/** The exported file really run, beside the original. */
export interface Measurement {
  readonly recipe: Recipe;
  readonly ep: Provider;
  readonly before: Latency | null;
  readonly after: Latency | null;
  readonly startup: { readonly before: Startup; readonly after: Startup };
  readonly check: BackendCheck;
}

/** Samples a second. */
export interface Rate {
  readonly median: number;
  readonly p10: number;
  readonly p90: number;
  readonly runs: number;
}

export interface Throughput {
  readonly recipe: Recipe;
  readonly ep: Provider;
  /** Batches of 1, 2, 4, ...: only 1 where the model's first dimension is fixed. */
  readonly batches: readonly { readonly batch: number; readonly before: Rate; readonly after: Rate }[];
  /** Why there is no larger batch, in words. */
  readonly ended: string;
}

/** Where each node ran and for how long, of the original and of the exported file. Apart from all timing: recording slows a session. */
export interface Profile {
  readonly recipe: Recipe;
  readonly ep: Provider;
  readonly before: Placement;
  readonly after: Placement;
}

export type FormId = 'original' | 'float16-weights' | 'packed' | 'dequantize' | 'matmulnbits' | 'float16-full';

/** One way of storing this model's weights, really exported and run. */
export interface FormResult {
  readonly form: FormId;
  /** "Packed, 4 bits". */
  readonly label: string;
  readonly bytes: number | null;
  readonly gzipBytes: number | null;
  /** Made, run, and right: equal to itself on WASM within the tolerance. */
  readonly ok: boolean;
  readonly latency: Latency | null;
  /** Time over the original's in the same run: median of paired ratios and its 95 % interval. Below 1 is faster. */
  readonly ratio: { readonly median: number; readonly low: number; readonly high: number } | null;
  /** Why there are no figures, or what was left out; empty where there is nothing to say. */
  readonly note: string;
}

export interface FormComparison {
  readonly recipe: Recipe;
  readonly ep: Provider;
  /** The original first, timed against a second copy of itself: its ratio shows what the device's noise alone can do. */
  readonly forms: readonly FormResult[];
}

/** What the page knows that the truth meter may speak from. Stale parts are null. */
export interface TruthEvidence {
  readonly recipe: Recipe;
  /** Of the recipe's preview. */
  readonly layers: readonly Pick<LayerState, 'op' | 'params' | 'macs' | 'bits' | 'sparsity' | 'storage'>[];
  readonly measurement: Measurement | null;
  readonly benchmark: readonly MatmulTiming[] | null;
  readonly profile: Profile | null;
  readonly forms: FormComparison | null;
}

/** 'unknown': the sentence says what was not measured yet. */
export type TruthLevel = 'faster' | 'smaller' | 'slower' | 'same' | 'warning' | 'unknown';
export interface TruthSentence {
  readonly level: TruthLevel;
  readonly text: string;
}
export interface Truth {
  readonly recipe: Recipe;
  readonly sentences: readonly TruthSentence[];
}

/** Bytes as they are, after gzip, and after brotli. */
export interface CompressedSize {
  readonly bytes: number;
  readonly gzipBytes: number | null;
  readonly brotliBytes: number | null;
}

export interface Sizes {
  readonly recipe: Recipe;
  readonly before: CompressedSize;
  readonly after: CompressedSize;
  /** The bytes that hold each layer's weights (codes, scales, zero points), compressed by themselves. */
  readonly layers: readonly { readonly id: string; readonly before: CompressedSize; readonly after: CompressedSize }[];
  /** 0..11, the same before and after; lower for large models, and for layers. */
  readonly brotliQuality: { readonly files: number; readonly layers: number };
  /** Whether everything was compressed within the time; what was not is null. */
  readonly complete: boolean;
}
