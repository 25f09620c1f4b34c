/** What each bit width would do to the selected layer alone: found by asking the engine for the layer under each, one after another. */
import { Latest } from '../base/latest';
import type { Recipe } from '../engine/protocol/index';
import { theEngine } from './engine';
import { runQuietly } from './jobs';
import { useResults, type BitsPoint } from './results';

const WIDTHS = [2, 3, 4, 5, 6, 7, 8];
const curves = new Latest();

/** The step that sets the bits of the stored weights: the last that quantizes; -1 where none is on. */
export function quantizeStep(recipe: Recipe): number {
  return recipe.passes.findLastIndex((step) => step.id === 'quantize-weights' && step.off !== true);
}

function withBits(recipe: Recipe, index: number, layer: string, bits: number): Recipe {
  const passes = recipe.passes.map((step, i) =>
    i === index ? { ...step, overrides: { ...step.overrides, [layer]: { ...step.overrides?.[layer], bits } } } : step,
  );
  return { ...recipe, passes };
}

/** What is drawn of another recipe is of no use; where passes learn from samples each point is a fit. */
export function stopBitsCurve(): void {
  curves.cancel();
}

/** Draws the curve of a layer; a newer request takes its place. */
export async function drawBitsCurve(recipe: Recipe, layer: string | null): Promise<void> {
  const index = quantizeStep(recipe);
  if (layer === null || index < 0) {
    curves.cancel();
    useResults.setState({ bitsCurve: null });
    return;
  }
  const points = await runQuietly('recipe', () =>
    curves.start(async (signal) => {
      const engine = await theEngine();
      const found: BitsPoint[] = [];
      for (const bits of WIDTHS) {
        const { state } = await engine.histogram({ signal }, withBits(recipe, index, layer, bits), layer, null, 1);
        found.push({ bits, sqnrDb: state.sqnrDb, bytes: state.bytesAfter });
      }
      return found;
    }),
  );
  if (points) useResults.setState({ bitsCurve: { recipe, layerId: layer, points } });
}
