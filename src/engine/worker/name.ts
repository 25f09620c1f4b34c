import type { Recipe } from '../../recipe/types';

/**
 * The download's name, made from what was done: squeezenet1.1.onnx becomes squeezenet1.1.pruned60.4bit.onnx. Options are those
 * given in the recipe over `defaults`; passes that leave no trace in the values (folding) are not named.
 */
export function derivedName(name: string, recipe: Recipe, defaults: (id: string) => Readonly<Record<string, unknown>>): string {
  const stem = name.replace(/\.onnx$/i, '');
  const parts = recipe.passes.flatMap((step) => {
    if (step.off === true) return [];
    const options = { ...defaults(step.id), ...step.options };
    switch (step.id) {
      case 'prune-weights': {
        const sparsity = options['threshold'] === undefined && options['targetBytes'] === undefined ? Number(options['sparsity']) : null;
        if (sparsity === 0) return [];
        return [sparsity === null ? 'pruned' : `pruned${Math.round(sparsity * 100)}`];
      }
      case 'quantize-weights':
        return [`${String(options['bits'])}bit`];
      case 'convert-float16':
        return ['fp16'];
      default:
        return [];
    }
  });
  return [stem, ...(parts.length > 0 ? parts : ['whittled']), 'onnx'].join('.');
}
