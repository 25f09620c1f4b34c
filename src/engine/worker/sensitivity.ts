import { WhittleError } from '../../base/errors';
import type { Job } from '../../base/job';
import type { Dataset } from '../../data/types';
import { leadingGraphSteps, type SingleChange } from '../../recipe/steps';
import type { Recipe } from '../../recipe/types';
import type { Sensitivity, SensitivityCell, SensitivityOptions } from '../protocol/index';
import { evaluatedOn } from './evaluate';
import { Scan } from './scan';
import type { Workbench } from './workbench';

/**
 * Quantizes or prunes one layer at a time on the live session, every other weight bound once, and measures what that costs. No export
 * and no new session; cells of an earlier scan are not measured again. Throws `bad-recipe` where there is nothing to try or a value is
 * out of its range.
 */
export async function sensitivity(
  bench: Workbench,
  data: Dataset | null,
  recipe: Recipe,
  options: SensitivityOptions,
  job: Job,
  onCell: (cell: SensitivityCell) => void,
): Promise<Sensitivity> {
  const from = performance.now();
  const changes = changesOf(options);
  const run = await bench.graphRun(recipe, leadingGraphSteps(recipe), job);
  try {
    const live = await bench.live(run, job);
    const evaluated = evaluatedOn(live, data);
    const original = bench.original(live.live, data);
    await original.session.open();
    const { runtime } = bench.platform;
    const sessions = runtime.sessionsCreated;
    const weights = await live.live.bind(run, 'before');
    const release = original.session.hold();
    try {
      const indices = bench.scoredOf(data, evaluated.samples.length, options.samples);
      const scan = new Scan(bench, original, evaluated, weights, recipe, indices, job);
      const layers = run.layers.filter((l) => l.params > 0);
      const cells = await scan.run(layers, changes, onCell);
      return {
        recipe,
        options,
        cells,
        skipped: scan.skipped,
        layers: layers.length,
        samples: indices.length,
        top1: cells[0]?.top1Before ?? null,
        resumed: scan.resumed,
        sessionsCreated: runtime.sessionsCreated - sessions,
        inferenceMs: scan.inferenceMs,
        totalMs: performance.now() - from,
      };
    } finally {
      weights.release();
      release();
    }
  } finally {
    run.dispose();
  }
}

function ascending(values: readonly number[]): number[] {
  return [...new Set(values)].toSorted((a, b) => a - b);
}

function changesOf({ bits, sparsities }: SensitivityOptions): SingleChange[] {
  const changes: SingleChange[] = [
    ...ascending(bits).map((value) => ({ kind: 'bits', value }) as const),
    ...ascending(sparsities).map((value) => ({ kind: 'sparsity', value }) as const),
  ];
  if (changes.length === 0)
    throw new WhittleError('bad-recipe', 'The scan has neither bit widths nor sparsities to try.', 'Choose at least one.');
  return changes;
}
