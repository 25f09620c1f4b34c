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
