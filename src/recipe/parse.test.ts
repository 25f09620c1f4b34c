import { expect, test } from 'vitest';
import { WhittleError } from '../base/errors';
import { passMetas } from '../passes/metas';
import { defaultsOf } from '../passes/options';
import { defaultRecipe } from './defaults';
import { decodeRecipeLink, encodeRecipeLink } from './link';
import { parseRecipe, parseRecipeText } from './parse';
import type { Recipe } from './types';

function failure(value: unknown): WhittleError {
  try {
    parseRecipe(value);
  } catch (error) {
    if (error instanceof WhittleError) return error;
  }
  throw new Error(`accepted: ${JSON.stringify(value)}`);
}

const one = (step: object): object => ({ version: 1, passes: [step] });

test.each([
  [one({ id: 'quantise' }), 'There is no pass "quantise".', 'quantize-weights'],
  [one({ id: 'finetune' }), 'Pass "finetune" is not available yet in this version.', 'fold-batchnorm'],
  [one({ id: 'quantize-weights', options: { bits: 9 } }), 'Pass "quantize-weights": option "bits" is 9.', 'whole numbers 2 to 8'],
  [one({ id: 'quantize-weights', options: { bits: 4.5 } }), '"bits" is 4.5', 'whole numbers 2 to 8'],
  [one({ id: 'quantize-weights', options: { bits: '4' } }), '"bits" is "4"', 'whole numbers 2 to 8'],
  [one({ id: 'quantize-weights', options: { bit: 4 } }), 'has no option "bit"', 'bits, scheme'],
  [one({ id: 'quantize-weights', options: { rounding: 'awq' } }), '"rounding" is "awq"', '"adaround", "hqq"'],
  [one({ id: 'quantize-weights', options: { blockSize: 48 } }), '"blockSize" is 48', '16, 32, 64, 128, 256'],
  [one({ id: 'prune-weights', options: { sparsity: 1 } }), '"sparsity" is 1', '0 to 0.99'],
  [one({ id: 'prune-weights', options: { criterion: 'wanda' } }), '"criterion" is "wanda", which is not available yet', '"magnitude", "random"'],
  [one({ id: 'prune-weights', options: { pattern: '2:4' } }), '"pattern" is "2:4", which is not available yet', '"unstructured"'],
  [one({ id: 'prune-weights', options: { threshold: 0.1, targetBytes: 5 } }), 'sets both "threshold" (0.1) and "targetBytes" (5)', 'Keep one'],
  [one({ id: 'prune-weights', overrides: { a: { scope: 'layer' } } }), 'layer "a": option "scope" cannot be set for one layer', 'sparsity'],
  [one({ id: 'fold-batchnorm', options: { x: 1 } }), 'has no option "x"', 'takes no options'],
  [one({ id: 'fold-batchnorm', off: 1 }), '"off": 1', 'true or false'],
  [one({ id: 'fold-batchnorm', layers: { include: 'Conv' } }), '"layers.include": "Conv"', 'list'],
  [{ version: 2, passes: [] }, 'version 2', 'Save the recipe again'],
  [{ version: 1, target: 'cuda', passes: [] }, 'target is "cuda"', 'webgpu'],
  [{ version: 1, passes: {} }, '"passes" is {}', 'passes'],
  [null, 'The recipe is null', 'schema'],
])('%j is refused by name', (recipe, message, remedy) => {
  const error = failure(recipe);
  expect(error.code).toBe('bad-recipe');
  expect(error.message).toContain(message);
  expect(error.remedy).toContain(remedy);
});

test('text that is not JSON is refused', () => {
  expect(() => parseRecipeText('{')).toThrow(/not JSON/);
});

test('the default recipe, and every pass at its defaults, are valid', () => {
  expect(parseRecipe(defaultRecipe)).toEqual(defaultRecipe);
  const all = { version: 1, target: 'wasm', passes: passMetas.map((m) => ({ id: m.id, options: defaultsOf(m) })) };
  expect(parseRecipe(all)).toEqual(all);
});

test('options with one value are accepted with that value', () => {
  const recipe = one({ id: 'quantize-weights', options: { rounding: 'nearest' } });
  expect(parseRecipe(recipe).passes[0]?.options).toEqual({ rounding: 'nearest' });
});

const awkward: Recipe = {
  version: 1,
  target: 'wasm',
  passes: [
    { id: 'fold-batchnorm' },
    { id: 'prune-weights', options: { sparsity: 0.73, scope: 'layer' }, off: true, layers: { include: ['Conv', 'a/b?c=d&e'] } },
    {
      id: 'quantize-weights',
      options: { bits: 3, granularity: 'block', blockSize: 64 },
      layers: { exclude: ['conv.1', '日本 層#'] },
      overrides: { 'If_0/then.body?x': { bits: 8 }, plain: { bits: 5, scheme: 'asymmetric' } },
    },
    { id: 'convert-float16', options: { keepIo: false, blockOps: 'Softmax, ReduceMean' } },
  ],
};

test.each([defaultRecipe, awkward])('a link decodes to the same recipe', (recipe) => {
  const decoded = decodeRecipeLink(encodeRecipeLink(recipe));
  const withoutDefaults = { ...recipe, passes: recipe.passes.map(({ options, ...s }) => (options?.['bits'] === 8 ? s : { ...s, ...(options ? { options } : {}) })) };
  expect(decoded).toEqual(withoutDefaults);
});

test('links are short, survive a URL, and bad ones are refused', () => {
  expect(encodeRecipeLink(defaultRecipe)).toBe('1/webgpu/fold-batchnorm/-prune-weights/quantize-weights');
  const url = new URL(`https://example.test/#${encodeRecipeLink(awkward)}`);
  expect(decodeRecipeLink(url.hash)).toEqual(awkward);
  expect(() => decodeRecipeLink('9/webgpu')).toThrow(/version "9"/);
  expect(() => decodeRecipeLink('1/webgpu/quantize-weights?bits=12')).toThrow(/"bits" is 12/);
  expect(() => decodeRecipeLink('1/webgpu/quantize-weights?bits=x')).toThrow(/"bits" is "x"/);
});
