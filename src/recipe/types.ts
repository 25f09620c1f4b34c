import type { Layer, StoredForm } from '../onnx/types';
import type { Options } from '../passes/options';
import type { TargetId } from './targets';

export interface LayerFilter {
  /** Layer ids or op types; absent means all. */
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
}

export interface RecipeStep {
  readonly id: string;
  /** Only options that differ from the defaults need be given. */
  readonly options?: Options;
  readonly layers?: LayerFilter;
  /** Per-layer options, by layer id. */
  readonly overrides?: Readonly<Record<string, Options>>;
  /** Kept in the list but not run. */
  readonly off?: boolean;
}

/** The ordered passes that sliders edit, links share and the command line replays. */
export interface Recipe {
  readonly version: 1;
  readonly target: TargetId;
  readonly passes: readonly RecipeStep[];
}

/** One layer under a recipe: as the recipe's graph has it, and how it is stored. */
export interface LayerState extends Pick<Layer, 'id' | 'op' | 'shape' | 'params' | 'macs'> {
  /** Stored bits a weight: 32, 16, 8..2. */
  readonly bits: number;
  readonly storage: StoredForm;
  /** Fraction of exact zeros, 0..1. */
  readonly sparsity: number;
  /** 10 log10(signal / noise) against the value after graph passes; null where nothing is lost. */
  readonly sqnrDb: number | null;
  readonly bytesBefore: number;
  /** Predicted while sliding, exact after an export. */
  readonly bytesAfter: number;
}
