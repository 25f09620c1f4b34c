/** One click: the engine chooses passes and options, tries them on the samples, and says what it did. */
import type { Recipe } from '../../recipe/types';
import type { Evaluation } from './accuracy';

/** 'bits': the most accurate model with weights of so many bits. 'bytes': the most accurate file of at most so many bytes. */
export type BestGoal = { readonly kind: 'bits'; readonly bits: 4 | 8 } | { readonly kind: 'bytes'; readonly bytes: number };

/** One recipe that was run. */
export interface BestTrial {
  /** What it does, in words. */
  readonly name: string;
  readonly recipe: Recipe;
  /** Predicted size of the exported file. */
  readonly bytes: number;
  /** Whether layers compute on integers. */
  readonly onIntegers: boolean;
  /** Percent of samples with the original's answer; null where outputs are no class scores. */
  readonly agreement: number | null;
  /** Mean D(original || recipe) in nats; null as above. */
  readonly kl: number | null;
  /** Of all outputs; null where nothing differs. */
  readonly sqnrDb: number | null;
  /** Why what it makes is of no use, as half a sentence; null where it may be. Such a recipe is never chosen. */
  readonly ruin: string | null;
  /** The same run, told as every other score. */
  readonly evaluation: Evaluation;
}

export interface Best {
  readonly goal: BestGoal;
  /** null where none is of use: the recipe on the sliders stays. */
  readonly chosen: BestTrial | null;
  /** In the order they were run, the chosen one among them. */
  readonly trials: readonly BestTrial[];
  /** Samples that each was compared on, none of which a pass had learned from; made-up inputs where there are none. */
  readonly samples: number;
  /** What was done and why, in sentences. */
  readonly said: readonly string[];
}
