/** What each bit width would do to the selected layer alone. */
import { Latest } from '../base/latest';
import type { Recipe } from '../engine/protocol/index';
import { bitsStep } from '../recipe/steps';
import { theEngine } from './engine';
import { runQuietly } from './jobs';
import { useResults } from './results';

const WIDTHS = [2, 3, 4, 5, 6, 7, 8];
const curves = new Latest();

/** What is drawn of another recipe is of no use; where passes learn from samples each point is a fit. */
export function stopBitsCurve(): void {
  curves.cancel();
}

/** Draws the curve of a layer; a newer request takes its place. */
export async function drawBitsCurve(recipe: Recipe, layer: string | null): Promise<void> {
  if (layer === null || bitsStep(recipe) < 0) {
    curves.cancel();
    useResults.setState({ bitsCurve: null });
    return;
  }
  const points = await runQuietly('recipe', () =>
    curves.start(async (signal) => (await theEngine()).bitsCurve({ signal }, recipe, layer, WIDTHS)),
  );
  if (points) useResults.setState({ bitsCurve: { recipe, layerId: layer, points } });
}
