/** What the truth meter speaks from, and its sentences. */
import type { MatmulTiming } from '../compute/operations/time-matmul';
import type { Ratio } from '../base/verdict';
import type { StoredForm } from '../onnx/types';
import type { Provider, Placement } from '../runtime/types';

/** 'unknown': the sentence says what was not measured. */
export type Level = 'faster' | 'smaller' | 'slower' | 'same' | 'warning' | 'unknown';

export interface Sentence {
  readonly level: Level;
  readonly text: string;
}

/** A layer under the recipe, as far as it decides about size and speed. */
export interface TruthLayer {
  readonly op: string;
  readonly params: number;
  /** Multiply-accumulates; null where not known. */
  readonly macs: number | null;
  /** Stored bits a weight: 32, 16, 8..2. */
  readonly bits: number;
  /** Part of exact zeros, 0..1. */
  readonly sparsity: number;
  readonly storage: StoredForm;
}

export interface TruthForm {
  readonly form: string;
  readonly label: string;
  readonly ok: boolean;
  readonly ratio: Ratio | null;
  readonly note: string;
}

export interface TruthInput {
  readonly ep: Provider;
  readonly device: { readonly name: string; readonly software: boolean; readonly shaderF16: boolean };
  readonly layers: readonly TruthLayer[];
  /** Nodes of the original by operator. */
  readonly ops: Readonly<Record<string, number>>;
  readonly recipe: {
    /** The file computes in float16. */
    readonly fullFloat16: boolean;
    /** Activations are quantized while the model runs. */
    readonly quantizedActivations: boolean;
    readonly pruned: boolean;
    readonly fewerChannels: boolean;
  };
  /** The recipe's file against the original; null until measured. */
  readonly measured: Ratio | null;
  readonly benchmark: readonly MatmulTiming[] | null;
  /** Of the recipe's file; null until profiled. */
  readonly placement: Placement | null;
  readonly forms: readonly TruthForm[] | null;
}
