/** Draws for recipes that are made by trying: what is learned and tried sees a part of the samples alone, and all others are scored. */
import { draw } from '../../src/base/random';
import type { Dataset } from '../../src/data/types';
import { exportModel } from '../../src/engine/worker/export';
import { Workbench } from '../../src/engine/worker/workbench';
import { scoredSamples } from '../../src/measure/split';
import type { Recipe } from '../../src/recipe/types';
import { job, openCard, type Engine } from '../engine';
import { judgeOf, partOf, seedsOf, type Draw } from './draws';

const CALIBRATION = 128;
/** Half of them calibrate; on the others plans are tried. */
const PART = 2 * CALIBRATION;

/** One draw: a workbench and data that hold its part alone, and the scores of a recipe on all other samples. */
interface PlannedDraw {
  readonly bench: Workbench;
  readonly part: Dataset;
  readonly score: (recipe: Recipe) => Promise<Draw>;
}

/** Goes through so many draws of a card's samples. */
export async function eachDraw(
  engine: Engine,
  modelPath: string,
  card: string,
  draws: number,
  work: (planned: PlannedDraw) => Promise<void>,
): Promise<void> {
  const doc = await engine.openModel(modelPath);
  const data = await openCard(card);
  const judge = await judgeOf(engine, doc, data);
  for (const seed of seedsOf(draws)) {
    const drawn = draw(data.length, PART, seed);
    const part = partOf(data, drawn);
    const bench = new Workbench(doc, engine.platform, () => ({ data: part, calibration: CALIBRATION }));
    const score = async (recipe: Recipe): Promise<Draw> => {
      const { blob } = await exportModel(bench, recipe, job);
      return { seed, ...(await judge(blob, scoredSamples(data.length, null, drawn))) };
    };
    await work({ bench, part, score });
    await bench.destroy();
  }
}
