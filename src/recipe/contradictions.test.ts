import { describe, expect, test } from 'vitest';
import { passMetas } from '../passes/metas';
import { contradictionsOf } from './contradictions';
import type { Recipe, RecipeStep } from './types';

const recipe = (...passes: RecipeStep[]): Recipe => ({ version: 1, target: 'wasm', passes });
const LAYERS = [
  { id: 'conv1', op: 'Conv' },
  { id: 'fc', op: 'Gemm' },
];
const pairs = (...passes: RecipeStep[]): string[] =>
  contradictionsOf(recipe(...passes), LAYERS).map(({ earlier, later }) => `${earlier}-${later}`);

test('which passes stand in the way of which earlier ones: every pair', () => {
  const found = passMetas.flatMap((later) => {
    const behind = passMetas.filter((earlier) => pairs({ id: earlier.id }, { id: later.id }).length > 0).map(({ id }) => id);
    return behind.length === 0 ? [] : [[later.id, behind]];
  });
  const changing = [
    'prune-weights',
    'cluster-weights',
    'quantize-weights',
    'correct-bias',
    'quantize-static',
    'quantize-dynamic',
    'convert-float16',
  ];
  expect(Object.fromEntries(found)).toEqual({
    'fold-batchnorm': changing,
    'equalize-layers': changing,
    'prune-channels': changing,
    'prune-weights': ['cluster-weights', 'correct-bias'],
    'cluster-weights': ['cluster-weights', 'quantize-weights', 'correct-bias', 'quantize-static', 'quantize-dynamic', 'convert-float16'],
    'quantize-weights': ['cluster-weights', 'quantize-weights', 'correct-bias', 'quantize-static', 'quantize-dynamic', 'convert-float16'],
    'quantize-static': ['cluster-weights', 'quantize-static', 'quantize-dynamic', 'convert-float16'],
    'quantize-dynamic': ['cluster-weights', 'quantize-static', 'quantize-dynamic', 'convert-float16'],
    'convert-float16': ['cluster-weights', 'quantize-weights', 'quantize-static', 'quantize-dynamic', 'convert-float16'],
  });
});

const unopened = (a: RecipeStep, b: RecipeStep): number => contradictionsOf(recipe(a, b), null).length;

describe('only where both', () => {
  const [fixed, dynamic] = [{ id: 'quantize-static' }, { id: 'quantize-dynamic' }];

  test('run', () => {
    expect(pairs(fixed, dynamic)).toEqual(['0-1']);
    expect(pairs(fixed, { ...dynamic, off: true })).toEqual([]);
    expect(pairs({ id: 'prune-weights', off: true }, fixed, { id: 'correct-bias', off: true }, dynamic)).toEqual(['1-3']);
  });

  test('take the same layer, by name or by op', () => {
    expect(pairs({ ...fixed, layers: { include: ['conv1'] } }, { ...dynamic, layers: { include: ['Gemm'] } })).toEqual([]);
    expect(pairs({ ...fixed, layers: { include: ['Conv'] } }, { ...dynamic, layers: { exclude: ['conv1'] } })).toEqual([]);
    expect(pairs({ ...fixed, layers: { exclude: ['fc'] } }, { ...dynamic, layers: { include: ['Conv'] } })).toEqual(['0-1']);
  });

  test('and, without a model, may do so', () => {
    expect(unopened(fixed, dynamic)).toBe(1);
    expect(unopened({ ...fixed, layers: { include: ['a', 'b'] } }, { ...dynamic, layers: { exclude: ['a', 'b'] } })).toBe(0);
    expect(unopened({ ...fixed, layers: { include: ['a'] } }, { ...dynamic, layers: { include: ['b'] } })).toBe(0);
    expect(unopened({ ...fixed, layers: { include: ['a', 'b'] } }, { ...dynamic, layers: { exclude: ['a'] } })).toBe(1);
  });
});

test('words name both passes, and what becomes of them', () => {
  const [both, half, order, late] = [
    [{ id: 'quantize-static' }, { id: 'quantize-dynamic' }],
    [{ id: 'quantize-weights' }, { id: 'convert-float16' }],
    [{ id: 'quantize-weights' }, { id: 'fold-batchnorm' }],
    [{ id: 'correct-bias' }, { id: 'quantize-weights' }],
  ].map((passes) => contradictionsOf(recipe(...passes), null)[0]?.words);
  expect(both).toBe(
    '“Quantize at run time” takes the place of “Quantize weights and ' +
      'activations” on the same layers: only the later of them holds at the end.',
  );
  expect(half).toBe('“Convert to half precision” leaves what is quantized as it is, and “Quantize weights” stands before it.');
  expect(order).toContain('has to stand before “Quantize weights”');
  expect(late).toContain('Put it before.');
});
