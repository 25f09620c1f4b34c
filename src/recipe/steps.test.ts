import { expect, test } from 'vitest';
import {
  FLOAT_BITS,
  leadingGraphSteps,
  roundingOf,
  settingOf,
  singleLayerRecipe,
  stepOf,
  takesLayer,
  withLayerBits,
  withRounding,
} from './steps';
import type { Recipe, RecipeStep } from './types';

const recipe = (...passes: RecipeStep[]): Recipe => ({ version: 1, target: 'wasm', passes });
const fold = { id: 'fold-batchnorm' };

test('leading graph passes end at the first other pass; switched off ones do not count', () => {
  expect(leadingGraphSteps(recipe({ ...fold, off: true }, fold, { id: 'quantize-weights' }, fold))).toEqual([fold]);
  expect(leadingGraphSteps(recipe({ id: 'prune-weights', off: true }, fold))).toEqual([fold]);
  expect(leadingGraphSteps(recipe({ id: 'prune-weights' }, fold))).toEqual([]);
});

test('a filter takes layers by name or op', () => {
  const layer = { id: 'conv1', op: 'Conv' };
  expect(takesLayer(undefined, layer)).toBe(true);
  expect(takesLayer({ include: ['Conv'], exclude: ['conv1'] }, layer)).toBe(false);
  expect(takesLayer({ include: ['conv2'] }, layer)).toBe(false);
});

test('what a layer has: of the last step that runs and takes it, its own setting before that of the step', () => {
  const r = recipe(
    { id: 'quantize-weights', options: { bits: 6 }, overrides: { b: { bits: 5 } } },
    { id: 'quantize-weights', options: { bits: 4 }, layers: { exclude: ['b'] }, overrides: { c: { bits: 3 } } },
    { id: 'quantize-weights', options: { bits: 2 }, off: true },
  );
  const bitsOf = (id: string) => settingOf(r, { id, op: 'Conv' }, 'bits');
  expect(['a', 'b', 'c'].map(bitsOf)).toEqual([4, 5, 3]);
  expect(settingOf(recipe({ id: 'quantize-weights' }), { id: 'a', op: 'Conv' }, 'bits')).toBe(8);
  expect(settingOf(r, { id: 'a', op: 'Conv' }, 'sparsity')).toBeUndefined();
});

test('another rounding keeps all else, and puts the step where it is missing or off', () => {
  const r = recipe(fold, { id: 'quantize-weights', options: { bits: 4, rounding: 'hqq' }, overrides: { a: { bits: 8 } } });
  expect(withRounding(r, 'gptq')).toEqual(
    recipe(fold, { id: 'quantize-weights', options: { bits: 4, rounding: 'gptq' }, overrides: { a: { bits: 8 } } }),
  );
  expect([roundingOf(r), roundingOf(recipe(fold))]).toEqual(['hqq', 'nearest']);
  expect(withRounding(recipe(fold), 'gptq')).toEqual(recipe(fold, { id: 'quantize-weights', options: { rounding: 'gptq' } }));
  expect(withRounding(recipe({ id: 'quantize-weights', off: true }), 'gptq')).toEqual(
    recipe({ id: 'quantize-weights', options: { rounding: 'gptq' } }),
  );
});

test('one layer alone, with the options it has in the recipe', () => {
  const r = recipe(
    fold,
    { id: 'prune-weights', options: { threshold: 0.1, criterion: 'magnitude' }, overrides: { a: { sparsity: 0.9 } } },
    { id: 'quantize-weights', options: { bits: 8, scheme: 'asymmetric' }, overrides: { a: { granularity: 'tensor', bits: 6 } } },
  );
  expect(singleLayerRecipe(r, 'a', { kind: 'bits', value: 3 }).passes).toEqual([
    fold,
    { id: 'quantize-weights', options: { bits: 3, scheme: 'asymmetric', granularity: 'tensor' }, layers: { include: ['a'] } },
  ]);
  expect(singleLayerRecipe(r, 'a', { kind: 'sparsity', value: 0.5 }).passes).toEqual([
    fold,
    { id: 'prune-weights', options: { criterion: 'magnitude', scope: 'layer', sparsity: 0.5 }, layers: { include: ['a'] } },
  ]);
  expect(singleLayerRecipe(recipe(), 'b', { kind: 'bits', value: 2 }).passes).toEqual([
    { id: 'quantize-weights', options: { bits: 2 }, layers: { include: ['b'] } },
  ]);
});

test('layer bits become overrides where they differ from the step; other overrides stay', () => {
  const step = {
    id: 'quantize-weights',
    options: { bits: 4 },
    overrides: { a: { bits: 2, scheme: 'asymmetric' }, b: { bits: 3 }, c: { bits: 5 } },
    off: true,
  };
  const planned = withLayerBits(
    recipe(fold, step),
    new Map([
      ['a', 4],
      ['b', 4],
      ['d', 8],
    ]),
  );
  expect(planned.passes).toEqual([
    fold,
    { id: 'quantize-weights', options: { bits: 4 }, overrides: { a: { scheme: 'asymmetric' }, c: { bits: 5 }, d: { bits: 8 } } },
  ]);
  expect(withLayerBits(recipe({ id: 'quantize-weights' }), new Map([['a', 8]])).passes).toEqual([{ id: 'quantize-weights' }]);
});

test('a layer that hurts at every width goes back to float', () => {
  const step = { id: 'quantize-weights', options: { bits: 4 }, overrides: { a: { bits: 2 } }, layers: { exclude: ['z'] } };
  expect(
    withLayerBits(
      recipe(step),
      new Map([
        ['a', FLOAT_BITS],
        ['b', 3],
      ]),
    ).passes,
  ).toEqual([{ id: 'quantize-weights', options: { bits: 4 }, overrides: { b: { bits: 3 } }, layers: { exclude: ['z', 'a'] } }]);
});

test('a missing quantize step is put before a change of format', () => {
  const added = withLayerBits(recipe(fold, { id: 'convert-float16' }), new Map([['a', 3]]));
  expect(added.passes).toEqual([fold, { id: 'quantize-weights', overrides: { a: { bits: 3 } } }, { id: 'convert-float16' }]);
  expect(stepOf(recipe({ id: 'prune-weights', off: true }, { id: 'prune-weights', options: { sparsity: 0.1 } }), 'prune-weights')).toEqual({
    id: 'prune-weights',
    options: { sparsity: 0.1 },
  });
});
