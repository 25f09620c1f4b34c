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
  const exceptions = own === 0 ? [] : [`${counted(own, 'layer')} of ${agreeing(own, 'its', 'their')} own`];
  switch (step.id) {
    case 'fold-batchnorm':
      return [];
    case 'prune-weights': {
      if (options['threshold'] !== undefined) return [`pruned below ${String(options['threshold'])}`, ...exceptions];
      if (options['targetBytes'] !== undefined) return [`pruned to ${String(options['targetBytes'])} B`, ...exceptions];
      const percent = Math.round(Number(options['sparsity']) * 100);
      return percent === 0 && own === 0 ? [] : [`${percent} % pruned`, ...exceptions];
    }
    case 'quantize-weights': {
      const granularity = options['granularity'] === 'channel' ? '' : ` per ${String(options['granularity'])}`;
      const rounding = options['rounding'] === 'nearest' ? '' : ` ${choiceLabel(step.id, 'rounding', options)}`;
      return [`${String(options['bits'])}-bit${rounding}${granularity}`, ...exceptions];
    }
    case 'cluster-weights': {
      const granularity = options['granularity'] === 'channel' ? ' per channel' : '';
      return [`${String(options['clusters'])} clusters${granularity}`, ...exceptions];
    }
    case 'convert-float16':
      return ['float16'];
    default:
      return [meta?.label ?? step.id];
  }
}

/** An option's choice in the words of the page. */
function choiceLabel(id: string, key: string, options: Options): string {
  const field = metaOf(id)?.fields.find((each) => each.key === key);
  const choice = field?.type === 'choice' ? field.choices.find(({ value }) => value === options[key]) : undefined;
  return choice?.label ?? String(options[key]);
}
