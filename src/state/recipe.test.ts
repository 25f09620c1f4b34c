import { beforeEach, describe, expect, test } from 'vitest';
import { defaultRecipe } from '../recipe/defaults';
import {
  addStep,
  clearOverrides,
  moveStep,
  pinnedLayers,
  redo,
  removeStep,
  setOff,
  setOption,
  setOverride,
  setRecipe,
  setTarget,
  settle,
  undo,
  useRecipe,
} from './recipe';
import { freshPage } from './testing/fresh-page';

const PRUNE = 1;
const QUANTIZE = 2;
const now = () => useRecipe.getState();
const step = (index: number) => now().recipe.passes[index];
const ids = () => now().recipe.passes.map(({ id }) => id);

beforeEach(freshPage);

describe('the history', () => {
  test('a drag is one step of it, however many values it went through', () => {
    for (const bits of [7, 6, 5]) setOption(QUANTIZE, 'bits', bits);
    expect(now().past).toEqual([defaultRecipe]);
    undo();
    expect(now().recipe).toBe(defaultRecipe);
    redo();
    expect(step(QUANTIZE)?.options).toEqual({ bits: 5 });
  });

  test('a slider that was let go of, and another slider, each begin a new step', () => {
    setOption(QUANTIZE, 'bits', 7);
    settle();
    setOption(QUANTIZE, 'bits', 6);
    setOption(PRUNE, 'sparsity', 0.5);
    setOverride(QUANTIZE, 'conv1', 'bits', 4);
    expect(now().past).toHaveLength(4);
    undo();
    undo();
    expect(step(QUANTIZE)).toEqual({ id: 'quantize-weights', options: { bits: 6 } });
    expect(step(PRUNE)?.options).toBeUndefined();
  });

  test('what is dragged on after an undo is a step of its own', () => {
    setOption(QUANTIZE, 'bits', 7);
    undo();
    setOption(QUANTIZE, 'bits', 6);
    undo();
    expect(now().recipe).toBe(defaultRecipe);
  });

  test('a new change cuts off what was undone', () => {
    setOption(QUANTIZE, 'bits', 4);
    undo();
    setTarget('wasm');
    redo();
    expect(now().recipe).toEqual({ ...defaultRecipe, target: 'wasm' });
    expect(now().future).toEqual([]);
  });

  test('undo and redo walk it in order, and stand still at its ends', () => {
    addStep('a');
    addStep('b');
    undo();
    undo();
    undo();
    expect(now().recipe).toBe(defaultRecipe);
    redo();
    expect(ids().at(-1)).toBe('a');
    redo();
    redo();
    expect(ids().at(-1)).toBe('b');
  });

  test('it keeps the last hundred steps, undone ones among them', () => {
    for (let i = 0; i < 150; i++) setRecipe({ ...defaultRecipe, passes: [{ id: `step ${i}` }] });
    const length = () => now().past.length + now().future.length;
    expect(length()).toBe(100);
    for (let i = 0; i < 120; i++) {
      undo();
      expect(length()).toBe(100);
    }
    expect(ids()).toEqual(['step 49']);
    for (let i = 0; i < 120; i++) redo();
    expect(now().past).toHaveLength(100);
    expect(ids()).toEqual(['step 149']);
  });
});

describe('layers with settings of their own', () => {
  test('are pinned while a step that runs has one, and follow the recipe again without', () => {
    setOverride(QUANTIZE, 'conv1', 'bits', 4);
    setOverride(PRUNE, 'conv2', 'sparsity', 0.5);
    expect([...pinnedLayers(now().recipe)]).toEqual(['conv1']);
    setOff(PRUNE, false);
    expect([...pinnedLayers(now().recipe)]).toEqual(['conv2', 'conv1']);
    setOverride(QUANTIZE, 'conv1', 'bits', undefined);
    expect(step(QUANTIZE)).toEqual({ id: 'quantize-weights', options: { bits: 8 } });
  });

  test('keep their other settings, and other layers theirs', () => {
    setOverride(QUANTIZE, 'conv1', 'bits', 4);
    setOverride(QUANTIZE, 'conv1', 'symmetric', true);
    setOverride(QUANTIZE, 'conv2', 'bits', 3);
    setOverride(QUANTIZE, 'conv1', 'bits', undefined);
    expect(step(QUANTIZE)?.overrides).toEqual({ conv1: { symmetric: true }, conv2: { bits: 3 } });
  });

  test('are cleared in every pass at once, as one step of the history', () => {
    setOverride(QUANTIZE, 'conv1', 'bits', 4);
    setOverride(PRUNE, 'conv1', 'sparsity', 0.5);
    setOverride(PRUNE, 'conv2', 'sparsity', 0.25);
    clearOverrides('conv1');
    expect(step(QUANTIZE)?.overrides).toBeUndefined();
    expect(step(PRUNE)?.overrides).toEqual({ conv2: { sparsity: 0.25 } });
    undo();
    expect(step(QUANTIZE)?.overrides).toEqual({ conv1: { bits: 4 } });
  });

  test.each(['__proto__', 'constructor', 'a.b/c'])('may be called %s', (layer) => {
    setOverride(QUANTIZE, layer, 'bits', 4);
    expect([...pinnedLayers(now().recipe)]).toEqual([layer]);
    setOverride(QUANTIZE, layer, 'bits', 5);
    expect(Object.entries(step(QUANTIZE)?.overrides ?? {})).toEqual([[layer, { bits: 5 }]]);
    clearOverrides(layer);
    expect(step(QUANTIZE)?.overrides).toBeUndefined();
  });
});

describe('steps', () => {
  test('are switched off and on with their settings kept', () => {
    setOverride(QUANTIZE, 'conv1', 'bits', 4);
    const before = step(QUANTIZE);
    setOff(QUANTIZE, true);
    expect(step(QUANTIZE)).toEqual({ ...before, off: true });
    setOff(QUANTIZE, false);
    expect(step(QUANTIZE)).toEqual(before);
  });

  test('take a value in place of those that it replaces', () => {
    setOption(PRUNE, 'threshold', 0.01);
    setOption(PRUNE, 'sparsity', 0.5);
    expect(step(PRUNE)?.options).toEqual({ sparsity: 0.5 });
    setOption(PRUNE, 'sparsity', undefined);
    expect(step(PRUNE)?.options).toEqual({});
  });

  test('are moved within the list only, added at its end and removed', () => {
    moveStep(QUANTIZE, -2);
    expect(ids()).toEqual(['quantize-weights', 'fold-batchnorm', 'prune-weights']);
    const { recipe } = now();
    moveStep(0, -1);
    moveStep(2, 1);
    expect(now().recipe).toBe(recipe);
    addStep('float16');
    removeStep(0);
    expect(ids()).toEqual(['fold-batchnorm', 'prune-weights', 'float16']);
  });
});
