import { pairedRatio } from '../../base/stats';
import { truthSentences } from '../../measure/truth';
import { TARGETS } from '../../recipe/targets';
import type { Recipe, RecipeStep } from '../../recipe/types';
import type { Truth, TruthEvidence } from '../protocol/index';
import type { Workbench } from './workbench';
import { providerFor } from '../../runtime/providers';

/** The truth meter's sentences for a recipe on its target. Figures of another backend say nothing here and are left out. */
export function truth({ doc, platform }: Workbench, evidence: TruthEvidence): Truth {
  const { recipe, measurement, benchmark, profile, forms } = evidence;
  const { name, software, features } = platform.compute.info;
  const shaderF16 = features.includes('shader-f16');
  const ep = providerFor(TARGETS[recipe.target], platform.runtime.providers);
  const sentences = truthSentences({
    ep,
    device: { name, software, shaderF16 },
    layers: evidence.layers,
    ops: doc.summary.ops,
    recipe: traitsOf(recipe, shaderF16),
    measured: measurement?.ep === ep && measurement.before && measurement.after ? pairedRatio(measurement.before, measurement.after) : null,
    benchmark,
    placement: profile?.ep === ep ? profile.after : null,
    forms: forms?.ep === ep ? forms.forms : null,
  });
  return { recipe, sentences };
}

function traitsOf({ passes }: Recipe, shaderF16: boolean) {
  const step = (id: string): RecipeStep | undefined => passes.find((s) => s.id === id && s.off !== true);
  const half = step('convert-float16');
  const form = half?.options?.['form'] ?? 'auto';
  return {
    fullFloat16: half !== undefined && (form === 'full' || (form === 'auto' && shaderF16)),
    quantizedActivations: Boolean(step('quantize-static') ?? step('quantize-dynamic')),
    pruned: step('prune-weights') !== undefined,
    fewerChannels: step('prune-channels') !== undefined,
  };
}
