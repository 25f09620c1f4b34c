import { metaOf } from '../../passes/metas';
import { defaultsOf } from '../../passes/options';
import type { Recipe } from '../../recipe/types';

/**
 * The download's name, made from what was done: squeezenet1.1.onnx becomes squeezenet1.1.pruned60.4bit.onnx. Passes that leave no trace in
 * the values (folding) are not named.
 */
export function derivedName(name: string, recipe: Recipe): string {
  const stem = name.replace(/\.onnx$/i, '');
  const parts = recipe.passes.flatMap(({ id, off, options }) => {
    const meta = off === true ? undefined : metaOf(id);
    return meta?.inName?.({ ...defaultsOf(meta), ...options }) ?? [];
  });
  return [stem, ...(parts.length > 0 ? parts : ['whittled']), 'onnx'].join('.');
}
