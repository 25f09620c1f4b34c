import type { Job } from '../../base/job';
import { blobOf } from '../../base/stored-bytes';
import { gzipSize } from '../../measure/size';
import { writeModel } from '../../onnx/write';
import { createRecipeCache } from '../../recipe/cache';
import { storeWeights, type StoredModel } from '../../recipe/export';
import { runRecipe } from '../../recipe/run';
import { layerStates } from '../../recipe/states';
import { TARGETS } from '../../recipe/targets';
import type { Recipe } from '../../recipe/types';
import type { Exported, StepReport } from '../protocol/index';
import { LARGE_BYTES } from './document';
import { derivedName } from './name';
import { stepReports } from './preview';
import type { Workbench } from './workbench';

/** A file as it was written, not yet loaded by anybody. */
export type Written = Omit<Exported, 'proof'>;

/** An exported file, and the bytes in it that hold each changed layer. */
export interface ExportedParts {
  readonly exported: Written;
  readonly parts: StoredModel['parts'];
}

/** Runs the recipe and writes the file, not yet proven against the opened one: see `exportProven`. Throws as `exportParts` does. */
export async function exportModel(bench: Workbench, recipe: Recipe, job: Job): Promise<Written> {
  return (await exportParts(bench, recipe, job)).exported;
}

/**
 * Runs the recipe with a wave of layers on the device at a time (src/passes/waves.ts), stores the weights and writes the file. The blob
 * shares nothing with the open model once it is made. Throws what the passes and the writer throw.
 */
export async function exportParts(bench: Workbench, recipe: Recipe, job: Job): Promise<ExportedParts> {
  const { doc, platform } = bench;
  const { compute } = platform;
  if (doc.large) await bench.dropRun();
  const cache = createRecipeCache(doc.model, doc.layers, compute, 'streaming', bench.cache.results);
  try {
    const target = { gpu: TARGETS[recipe.target].gpu, shaderF16: compute.info.features.includes('shader-f16') };
    const run = await runRecipe({ recipe, compute, target, cache, job, samples: bench.sampleSource(recipe) });
    try {
      const layers = await layerStates(run, compute, job);
      const stored = await storeWeights(run, compute, job);
      const chunks = writeModel(stored.model);
      job.signal.throwIfAborted();
      const blob = await blobOf(chunks, 'application/octet-stream');
      const gzipBytes = doc.large || !doc.compresses || blob.size > LARGE_BYTES ? null : await gzipSize(blob, job.signal);
      const name = derivedName(doc.model.name, recipe);
      const steps = withFinish(stepReports(run), stored.skipped);
      return { exported: { recipe, name, blob, bytes: blob.size, gzipBytes, layers, steps }, parts: stored.parts };
    } finally {
      run.dispose();
    }
  } finally {
    cache.destroy();
  }
}

function withFinish(steps: readonly StepReport[], finished: StoredModel['skipped']): StepReport[] {
  return steps.map((step, i) => ({
    ...step,
    skipped: [...step.skipped, ...finished.flatMap((each) => (each.step === i ? each.skipped : []))],
  }));
}
