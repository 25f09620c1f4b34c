import { expect, test } from 'vitest';
import { byReason, whatStays } from './stays';
import type { RecipeStep } from './types';

const layers = ['a', 'b', 'c'].map((id) => ({ id, op: 'Conv', type: 'float32' }) as const);
const state = (id: string, bits: number, storage: string, bytesBefore = 100) => ({ id, bits, storage, bytesBefore });
const skipped = [{ layer: 'table', reason: 'Add reads it.' }];

function of(
  passes: readonly RecipeStep[],
  states: readonly ReturnType<typeof state>[],
  said: readonly { layer: string; reason: string }[] = [],
) {
  return whatStays({
    recipe: { version: 1, target: 'wasm', passes },
    layers,
    skipped,
    states,
    steps: passes.map(({ id }) => ({ id, skipped: said })),
  });
}

test('totals, and each layer that stays with what the pass said of it', () => {
  const found = of(
    [{ id: 'quantize-weights' }],
    [state('a', 8, 'packed', 700), state('b', 8, 'packed', 262), state('c', 32, 'float', 38)],
    [{ layer: 'c', reason: 'It is tiny.' }],
  );
  expect(found).toMatchObject({ weights: 3, stored: 2, bytes: 1000, storedBytes: 962 });
  expect(found.totals).toBe(
    '2 of 3 weights, 96.2 % of their bytes, are stored in 8 bits. 1 stays float32. 1 other constant stays as it is.',
  );
  expect(found.stays).toEqual([{ layer: 'c', reason: 'quantize-weights: It is tiny.' }, ...skipped]);
});

test('several bits', () => {
  expect(of([{ id: 'quantize-weights' }], [state('a', 4, 'packed'), state('b', 8, 'packed'), state('c', 8, 'packed')]).totals).toBe(
    '3 of 3 weights, 100.0 % of their bytes, are stored in fewer bits (2 in 8, 1 in 4). 1 other constant stays as it is.',
  );
});

test('a reason also where no pass names the layer: no pass for it, left out by the recipe, left without a word', () => {
  const floats = ['a', 'b', 'c'].map((id) => state(id, 32, 'float'));
  const reasons = (...passes: readonly RecipeStep[]): string[] =>
    of(passes, floats)
      .stays.slice(0, 3)
      .map(({ reason }) => reason);
  const none = 'No pass of the recipe stores weights in fewer bits.';
  expect(reasons({ id: 'prune-weights' })).toEqual([none, none, none]);
  expect(reasons({ id: 'quantize-weights', off: true })[0]).toBe(none);
  expect(reasons({ id: 'quantize-static', layers: { exclude: ['b'] } })).toEqual([
    'quantize-static: left as it was.',
    'quantize-static: the recipe leaves it out.',
    'quantize-static: left as it was.',
  ]);
  expect(of([], floats).totals).toBe('0 of 3 weights are stored in fewer bits. 3 stay float32. 1 other constant stays as it is.');
});

test('a model without layers says so', () => {
  expect(of([{ id: 'quantize-weights' }], []).totals).toBe(
    'The model has no weights that a pass could change. 1 other constant stays as it is.',
  );
});

test('one line a reason', () => {
  expect(
    byReason([
      { layer: 'a', reason: 'x' },
      { layer: 'b', reason: 'y' },
      { layer: 'c', reason: 'x' },
    ]),
  ).toEqual([
    { reason: 'x', names: ['a', 'c'] },
    { reason: 'y', names: ['b'] },
  ]);
});
