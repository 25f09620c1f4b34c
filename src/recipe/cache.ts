import { createScratch } from '../base/scratch';
import type { Compute } from '../compute/types';
import { findParameters } from '../onnx/parameters';
import { readFloats } from '../onnx/tensor';
import type { EditableModel, Layer, OnnxModel } from '../onnx/types';
import { createOriginals, type Originals, type StoreMode } from '../passes/originals';
import type { OwnedWeightStore } from '../passes/weight-store';
import { createResults, type Results } from './results';
import type { StepResult } from './steps';
import type { RecipeStep } from './types';

/** The model after a recipe's leading graph passes: what the live session is made from, the same for every slider move. */
export interface GraphStage {
  readonly key: string;
  readonly model: EditableModel;
  readonly layers: readonly Layer[];
  /** Values after the graph passes, the originals of the weight passes. */
  readonly store: OwnedWeightStore;
  readonly steps: readonly StepResult[];
  /** What was run to make it. */
  readonly applied: readonly RecipeStep[];
}

/**
 * What outlives single runs over one open model: uploaded originals (resident mode), the graph stage and global cuts. A slider
 * move then uploads nothing and ranks nothing anew.
 */
export interface RecipeCache {
  /** As it was opened. */
  readonly model: EditableModel;
  readonly layers: readonly Layer[];
  readonly originals: Originals;
  /** The stage of this key, made if it is not the kept one; `release` it after use. One stage is kept. */
  holdStage(key: string, make: () => Promise<GraphStage>): Promise<HeldStage>;
  readonly results: Results;
  /** Frees everything kept; runs that are not disposed yet keep what they hold. */
  destroy(): void;
}

export interface HeldStage {
  readonly stage: GraphStage;
  release(): void;
}

interface StageSlot {
  readonly stage: GraphStage;
  users: number;
  kept: boolean;
}

/** @param layers of the model as listed by `listLayers`. @param results what passes keep; may outlive the cache. */
export function createRecipeCache(
  model: OnnxModel,
  layers: readonly Layer[],
  compute: Compute,
  mode: StoreMode,
  results: Results = createResults(null),
): RecipeCache {
  const parameters = findParameters(model).map(({ parameter: { id }, value: { constant } }) => ({ id, constant }));
  const scratch = createScratch();
  const read = ({ constant }: (typeof parameters)[number]): Float32Array =>
    constant ? readFloats(constant, scratch) : new Float32Array(0);
  const originals = createOriginals(parameters, read, compute, mode);
  let current: StageSlot | null = null;

  const settle = (slot: StageSlot): void => {
    if (slot.users === 0 && !slot.kept) slot.stage.store.dispose();
  };
  const drop = (): void => {
    if (current === null) return;
    const slot = current;
    current = null;
    slot.kept = false;
    settle(slot);
  };

  return {
    model: { ...model, annotations: { moments: new Map() } },
    layers,
    originals,
    async holdStage(key, make) {
      if (current?.stage.key !== key) {
        const stage = await make();
        drop();
        current = { stage, users: 0, kept: true };
      }
      const slot = current;
      slot.users++;
      let released = false;
      return {
        stage: slot.stage,
        release() {
          if (released) return;
          released = true;
          slot.users--;
          settle(slot);
        },
      };
    },
    results,
    destroy() {
      drop();
      originals.destroy();
    },
  };
}
