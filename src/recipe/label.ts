import { agreeing, counted } from '../base/plural';
import { metaOf } from '../passes/metas';
import { defaultsOf, type Options } from '../passes/options';
import type { Recipe, RecipeStep } from './types';

/** A recipe in a few words, for charts and lists: "50 % pruned, 4-bit, 3 layers their own". "Original" where no pass changes anything. */
export function labelRecipe(recipe: Recipe): string {
  const parts = recipe.passes.flatMap((step) => (step.off === true ? [] : labelStep(step)));
  return parts.length > 0 ? parts.join(', ') : 'Original';
}

function labelStep(step: RecipeStep): string[] {
  const meta = metaOf(step.id);
  const options: Options = { ...(meta ? defaultsOf(meta) : {}), ...step.options };
  const own = Object.keys(step.overrides ?? {}).length;
  if (meta?.inShort === undefined) return [meta?.label ?? step.id];
  const words = meta.inShort(options, own);
  if (words === null) return [];
  return own === 0 ? [words] : [words, `${counted(own, 'layer')} of ${agreeing(own, 'its', 'their')} own`];
}
