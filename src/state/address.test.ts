import { beforeEach, describe, expect, test, vi } from 'vitest';
import { defaultRecipe } from '../recipe/defaults';
import { FULL } from '../report/testing/results';
import { copyRecipeLink, followAddress, recipeLink } from './address';
import { useDocument } from './document';
import { setOption, undo, useRecipe } from './recipe';
import { freshPage } from './testing/fresh-page';
import { sessionHistory, type SessionHistory } from './testing/session-history';
import { showModel, useView, type Page } from './view';

const recipe = () => useRecipe.getState().recipe;
const page = () => useView.getState().page;
const error = () => useDocument.getState().error;
const show = (next: Page) => useView.setState({ page: next });
const FOUR_BITS = '#r=1/webgpu/fold-batchnorm/-prune-weights/quantize-weights?bits=4';

let browser: SessionHistory;

beforeEach(() => {
  vi.useFakeTimers();
  freshPage();
  // What an earlier test's page had still to write is not this one's.
  vi.runAllTimers();
});

function load(hash = ''): void {
  browser = sessionHistory(hash);
  followAddress();
}

function open(): void {
  useDocument.setState({ opened: FULL.opened });
  showModel();
}

/** As a drag does: many moves, and a rest after them. */
function moveSlider(...bits: readonly number[]): void {
  for (const value of bits) setOption(2, 'bits', value);
  vi.runAllTimers();
}

describe('pages', () => {
  beforeEach(() => {
    load();
    open();
    show('compare');
  });

  test('are entries of the history: back and forward go through them, and past the first back leaves', () => {
    expect(browser.entries()).toEqual(['', '#workbench', '#compare*']);
    browser.back();
    expect(page()).toBe('workbench');
    browser.back();
    expect(page()).toBe('landing');
    expect(useDocument.getState().opened).toBe(FULL.opened);
    browser.forward();
    browser.forward();
    expect(page()).toBe('compare');
    expect(browser.entries()).toEqual(['', '#workbench', '#compare*']);
  });

  test('are no entry when they are shown already, and a new one takes the place of those ahead', () => {
    show('compare');
    browser.back();
    show('device');
    expect(browser.entries()).toEqual(['', '#workbench', '#device*']);
  });

  test('can be named in the address bar while a model is open, whatever the letters; what names none is ignored', () => {
    browser.write('#Data');
    expect([page(), browser.hash()]).toEqual(['data', '#data']);
    browser.write('#layers');
    expect([page(), browser.hash()]).toEqual(['data', '#data']);
  });
});

describe('an address with a page, as a reload has it', () => {
  test('shows the first page with the recipe, says that the model is gone, and entries from before lead nowhere else', () => {
    load(`#compare/${FOUR_BITS.slice(1)}`);
    expect([page(), useView.getState().reloaded, browser.hash()]).toEqual(['landing', true, FOUR_BITS]);
    expect(recipe().passes.at(-1)?.options).toEqual({ bits: 4 });
    show('workbench');
    show('landing');
    browser.back();
    expect(page()).toBe('landing');
    open();
    expect(useView.getState()).toMatchObject({ page: 'workbench', reloaded: false });
  });
});

describe('the recipe', () => {
  test('is written into the entry that is shown, once it rests, and is no entry of its own', () => {
    load();
    open();
    for (const bits of [7, 6, 5, 4]) setOption(2, 'bits', bits);
    expect(browser.hash()).toBe('#workbench');
    vi.runAllTimers();
    expect(browser.entries()).toEqual(['', `#workbench/${FOUR_BITS.slice(1)}*`]);
    // An entry from before shows the recipe that is there now.
    browser.back();
    expect(browser.hash()).toBe(FOUR_BITS);
    expect(recipe().passes.at(-1)?.options).toEqual({ bits: 4 });
    undo();
    vi.runAllTimers();
    browser.forward();
    expect(browser.entries()).toEqual([expect.any(String), expect.stringMatching(/^#workbench.*\*$/)]);
  });

  test('at its default leaves the address as it was, also what stands before the hash', () => {
    load();
    moveSlider(4);
    moveSlider(8);
    expect(location.href).toBe('https://whittle.test/app/?x=1');
  });

  test('goes with a page that is shown before it rests', () => {
    load();
    open();
    setOption(2, 'bits', 4);
    show('data');
    expect(browser.hash()).toBe(`#data/${FOUR_BITS.slice(1)}`);
  });

  test('too long for an address is left out of it', () => {
    load();
    open();
    const overrides = Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`layer${i}`, { bits: 5 }]));
    useRecipe.setState({ recipe: { ...defaultRecipe, passes: [{ id: 'quantize-weights', overrides }] } });
    vi.runAllTimers();
    expect(browser.hash()).toBe('#workbench');
    expect(recipeLink().length).toBeGreaterThan(2 ** 15);
  });
});

describe('a link', () => {
  test('comes back as it was shared', async () => {
    const shared = {
      ...defaultRecipe,
      target: 'wasm',
      passes: [{ id: 'quantize-weights', options: { bits: 4 }, overrides: { 'a/b.c': { bits: 6 } } }],
    } as const;
    const writeText = vi.fn(() => Promise.resolve());
    vi.stubGlobal('navigator', { clipboard: { writeText } });
    load('#other');
    open();
    useRecipe.setState({ recipe: shared });
    await copyRecipeLink();
    const link = new URL(recipeLink());
    expect(writeText).toHaveBeenCalledWith(link.href);
    expect(`${link.origin}${link.pathname}${link.search}`).toBe('https://whittle.test/app/?x=1');
    freshPage();
    load(link.hash);
    expect([recipe(), page(), useView.getState().reloaded]).toEqual([shared, 'landing', false]);
  });

  test('whose copy the browser refuses says so', async () => {
    vi.stubGlobal('navigator', { clipboard: { writeText: () => Promise.reject(new Error('Document is not focused.')) } });
    load();
    await copyRecipeLink();
    expect(error()).toMatchObject({ where: 'recipe', error: { message: expect.stringContaining('Document is not focused.') } });
  });

  test.each([
    '#r=2/webgpu',
    '#r=1/webgpu/no-such-pass',
    '#r=1/webgpu/quantize-weights?bits=99',
    '#r=',
    '#r%3D',
    '#r=1',
    '#r=1/gpu',
    '#r=1/webgpu/quantize-weights?bits=%',
    '#workbench/r=1/webgpu/no-such-pass',
  ])('%s is shown as an error, and the default stays', (hash) => {
    load(hash);
    expect(recipe()).toBe(defaultRecipe);
    expect(error()).toMatchObject({ where: 'recipe', error: { code: 'bad-recipe' } });
  });

  test('that is bad stays in the address until the recipe is another', () => {
    load('#r=1/webgpu/no-such-pass');
    expect(browser.hash()).toBe('#r=1/webgpu/no-such-pass');
    moveSlider(4);
    expect(browser.hash()).toBe(FOUR_BITS);
  });

  test.each(['', '#layers'])('is not looked for in the address %j', (hash) => {
    load(hash);
    expect(recipe()).toBe(defaultRecipe);
    expect(error()).toBeNull();
  });

  test('whose "=" was written otherwise on the way is read', () => {
    load(FOUR_BITS.replace('=', '%3D'));
    expect(recipe().passes.at(-1)?.options).toEqual({ bits: 4 });
  });

  test('written into the address bar of the open page is taken, and undone as any change', () => {
    load();
    open();
    browser.write(FOUR_BITS);
    expect(recipe().passes.at(-1)?.options).toEqual({ bits: 4 });
    expect([page(), browser.hash()]).toEqual(['workbench', `#workbench/${FOUR_BITS.slice(1)}`]);
    undo();
    expect(recipe()).toBe(defaultRecipe);
    browser.write('#r=1/webgpu/no-such-pass');
    expect(error()?.error.message).toContain('no-such-pass');
  });
});
