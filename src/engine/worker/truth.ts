import { pairedRatio } from '../../base/stats';
import { truthSentences } from '../../measure/truth';
import { TARGETS } from '../../recipe/targets';
import { isOf, runs } from '../../recipe/steps';
import type { Recipe } from '../../recipe/types';
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

function traitsOf(recipe: Recipe, shaderF16: boolean) {
  const half = recipe.passes.find(({ id, off }) => off !== true && isOf(id, ({ stores }) => stores === 'half'));
  const form = half?.options?.['form'] ?? 'auto';
  return {
    fullFloat16: half !== undefined && (form === 'full' || (form === 'auto' && shaderF16)),
    quantizedActivations: runs(recipe, ({ activations }) => activations !== undefined),
    pruned: runs(recipe, ({ prunes }) => prunes === true),
    // No pass of this version takes channels away.
    fewerChannels: false,
  };
}
