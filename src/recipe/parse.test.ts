import { expect, test } from 'vitest';
import { WhittleError } from '../base/errors';
import { passMetas } from '../passes/metas';
import { defaultsOf } from '../passes/options';
import { defaultRecipe } from './defaults';
import { decodeRecipeLink, encodeRecipeLink } from './link';
import { ownOptions } from './options';
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

/** JSON.stringify overflows the stack on it. */
const DEEP: object = JSON.parse('['.repeat(100_000) + ']'.repeat(100_000));
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
  [
    one({ id: 'prune-weights', options: { criterion: 'wanda' } }),
    '"criterion" is "wanda", which is not available yet',
    '"magnitude", "random"',
  ],
  [one({ id: 'prune-weights', options: { pattern: '2:4' } }), '"pattern" is "2:4", which is not available yet', '"unstructured"'],
  [
    one({ id: 'prune-weights', options: { threshold: 0.1, targetBytes: 5 } }),
    'sets both "threshold" (0.1) and "targetBytes" (5)',
    'Keep one',
  ],
  [one({ id: 'prune-weights', overrides: { a: { scope: 'layer' } } }), 'layer "a": option "scope" cannot be set for one layer', 'sparsity'],
  [one({ id: 'fold-batchnorm', options: { x: 1 } }), 'has no option "x"', 'takes no options'],
  [one({ id: 'fold-batchnorm', off: 1 }), '"off": 1', 'true or false'],
  [one({ id: 'fold-batchnorm', layers: { include: 'Conv' } }), '"layers.include": "Conv"', 'list'],
  [{ version: 2, passes: [] }, 'version 2', 'Save the recipe again'],
  [{ version: 1, target: 'cuda', passes: [] }, 'target is "cuda"', 'webgpu'],
  [{ version: 1, passes: {} }, '"passes" is {}', 'passes'],
  [null, 'The recipe is null', 'schema'],
  [one({ id: 'prune-weights', options: { constructor: 1 } }), 'has no option "constructor"', 'sparsity'],
  [one({ id: 'prune-weights', options: JSON.parse('{"__proto__": 1}') }), 'has no option "__proto__"', 'sparsity'],
  [one({ id: 'constructor' }), 'There is no pass "constructor"', 'fold-batchnorm'],
  [one({ id: '__proto__' }), 'There is no pass "__proto__"', 'fold-batchnorm'],
  [one({ id: 'prune-weights', overrides: { a: { toString: 1 } } }), 'option "toString" cannot be set for one layer', 'sparsity'],
  [JSON.parse('{"__proto__": {"version": 1}, "passes": []}'), 'unknown key "__proto__"', 'version'],
  [one({ id: 'prune-weights', options: { sparsity: Number.NaN } }), '"sparsity" is NaN', '0 to 0.99'],
  [one({ id: 'prune-weights', options: JSON.parse('{"targetBytes": 1e999}') }), '"targetBytes" is Infinity', '0 to 1000000000000'],
  [one({ id: 'prune-weights', options: JSON.parse('{"threshold": -1e308}') }), '"threshold" is -1e+308', '0 to 1000000'],
  [one({ id: 'quantize-weights', options: { bits: DEEP } }), '"bits" is [[[[', 'whole numbers'],
  [one(DEEP), 'Pass 1 of the recipe is [', 'schema'],
  [one({ id: 'x'.repeat(1e6) }), 'There is no pass "xxx', 'fold-batchnorm'],
  [one({ id: 'convert-float16', options: { blockOps: 'x'.repeat(1e6) } }), '"blockOps" is "xxx', 'at most 10000 characters'],
  [{ version: 1, passes: Array.from({ length: 101 }, () => ({ id: 'fold-batchnorm' })) }, '101 passes', 'Leave out'],
  [one({ id: 'fold-batchnorm', layers: { exclude: Array.from({ length: 50_001 }, () => 'a') } }), 'names 50,001 layers', 'op type'],
])('%# is refused by name', (recipe, message, remedy) => {
  const error = failure(recipe);
  expect(error.message.length).toBeLessThan(300);
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
      overrides: {
        'If_0/then.body?x': { bits: 8 },
        constructor: { bits: 6 },
        ...JSON.parse('{"__proto__": {"bits": 7}}'),
        plain: { bits: 5, scheme: 'asymmetric' },
      },
    },
    { id: 'convert-float16', options: { keepIo: false, blockOps: 'Softmax, ReduceMean' } },
  ],
};

test.each([defaultRecipe, awkward])('a link decodes to the same recipe', (recipe) => {
  const decoded = decodeRecipeLink(encodeRecipeLink(recipe));
  const withoutDefaults = {
    ...recipe,
    passes: recipe.passes.map(({ options, ...s }) => (options?.['bits'] === 8 ? s : { ...s, ...(options ? { options } : {}) })),
  };
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

test.each([
  ['1/webgpu/prune-weights?constructor=1', /no option "constructor"/],
  ['1/webgpu/prune-weights?__proto__=1', /no option "__proto__"/],
  ['1/webgpu/prune-weights?hasOwnProperty.a=1', /option "hasOwnProperty" cannot be set for one layer/],
  ['1/webgpu/toString', /no pass "toString"/],
  ['1/webgpu/__proto__?a=1', /no pass "__proto__"/],
  ['constructor', /version "constructor"/],
  ['1/valueOf/fold-batchnorm', /target is "valueOf"/],
  ['1/webgpu/prune-weights?sparsity=0x0', /"sparsity" is "0x0"/],
  ['1/webgpu/prune-weights?sparsity=1e999', /"sparsity" is "1e999"/],
  ['1/webgpu/prune-weights?sparsity=Infinity', /"sparsity" is "Infinity"/],
  ['1/webgpu/prune-weights?sparsity=NaN', /"sparsity" is "NaN"/],
  ['1/webgpu/quantize-weights?bits=0b100', /"bits" is "0b100"/],
  ['1/webgpu/prune-weights?targetBytes=9007199254740993', /"targetBytes" is 9007199254740992/],
  [`1/webgpu${'/fold-batchnorm'.repeat(101)}`, /101 passes/],
  [`1/webgpu/quantize-weights?${Array.from({ length: 50_001 }, (_, k) => `bits.${k}=4`).join('&')}`, /names 50,001 layers/],
  [`1/webgpu/${'x'.repeat(2 ** 20)}`, /1048585 characters/],
])('link %# is refused by name', (link, message) => {
  expect(() => decodeRecipeLink(link)).toThrow(message);
});

test("layers may be called as every object's own members are", () => {
  const { passes } = decodeRecipeLink(
    '1/webgpu/quantize-weights?bits.constructor=4&scheme.constructor=asymmetric&bits.__proto__=5&exclude=toString',
  );
  expect(JSON.stringify(passes[0])).toBe(
    '{"id":"quantize-weights","layers":{"exclude":["toString"]},' +
      '"overrides":{"constructor":{"bits":4,"scheme":"asymmetric"},"__proto__":{"bits":5}}}',
  );
  const [step] = passes;
  expect(step && [ownOptions(step, '__proto__'), ownOptions(step, 'valueOf')]).toEqual([{ bits: 5 }, {}]);
});

test('-0 is 0: equal recipes are equal', () => {
  const [step] = decodeRecipeLink('1/webgpu/prune-weights?sparsity=-0').passes;
  expect(Object.is(step?.options?.['sparsity'], 0)).toBe(true);
  expect(Object.is(parseRecipe(one({ id: 'prune-weights', options: { sparsity: -0 } })).passes[0]?.options?.['sparsity'], 0)).toBe(true);
});
