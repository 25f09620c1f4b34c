import { beforeEach, describe, expect, test } from 'vitest';
import { WhittleError } from '../base/errors';
import type { Exported, Recipe } from '../engine/protocol/index';
import { defaultRecipe } from '../recipe/defaults';
import { FULL, PROOF } from '../report/testing/results';
import { download, loadRecipe } from './actions';
import { useDocument } from './document';
import { setTarget, undo, useRecipe } from './recipe';
import { useResults } from './results';
import { catchDownloads, type Download } from './testing/downloads';
import { fakeEngine, type FakeEngine } from './testing/fake-engine';
import { freshPage } from './testing/fresh-page';

const recipe = () => useRecipe.getState().recipe;

let fake: FakeEngine;
let downloads: Promise<Download>[];

beforeEach(() => {
  freshPage();
  fake = fakeEngine();
  downloads = catchDownloads();
});

function written(of: Recipe, text: string, faults: readonly string[] = []): Exported {
  if (!FULL.exported) throw new Error('There is no file.');
  return { ...FULL.exported, recipe: of, name: 'net.w.onnx', blob: new Blob([text]), proof: { ...PROOF, faults } };
}

describe('a download', () => {
  test('writes the file, hands it out and keeps it for the next one of the same recipe', async () => {
    const done = download();
    const call = await fake.next('exportModel');
    expect(call.args[0]).toBe(recipe());
    call.answer(written(recipe(), 'first'));
    await done;
    expect(useResults.getState()).toMatchObject({ saved: true, exported: { name: 'net.w.onnx' } });
    // Recipes are values: one that came back by undo, or from a file, is the same.
    loadRecipe(JSON.parse(JSON.stringify(recipe())));
    await download();
    expect((await Promise.all(downloads)).map(({ name, text }) => [name, text])).toEqual([
      ['net.w.onnx', 'first'],
      ['net.w.onnx', 'first'],
    ]);
    expect(fake.calls.exportModel).toHaveLength(1);
  });

  test('writes anew for another recipe', async () => {
    useResults.setState({ exported: written(recipe(), 'old'), saved: true });
    setTarget('wasm');
    const done = download();
    (await fake.next('exportModel')).answer(written(recipe(), 'new'));
    await done;
    expect((await Promise.all(downloads)).map(({ text }) => text)).toEqual(['new']);
    undo();
    const again = download();
    (await fake.next('exportModel')).answer(written(recipe(), 'old'));
    await again;
    expect(downloads).toHaveLength(2);
  });

  test.each([
    ['just written', () => {}],
    ['written before', () => useResults.setState({ exported: written(recipe(), 'bad', ['The file does not load.']) })],
  ])('never hands out a file with a fault, %s', async (_when, before) => {
    before();
    const done = download();
    if (!useResults.getState().exported)
      (await fake.next('exportModel')).answer(written(recipe(), 'bad', ['The file does not load.', 'More.']));
    await expect(done).rejects.toMatchObject({ code: 'export-failed', message: 'The file does not load.' });
    expect(downloads).toEqual([]);
    expect(useResults.getState().saved).toBe(false);
    expect(useDocument.getState().error).toMatchObject({ where: 'run', error: { code: 'export-failed' } });
  });

  test('hands out nothing where writing fails, and the file before is not taken for it', async () => {
    useResults.setState({ exported: written({ ...defaultRecipe, target: 'wasm' }, 'old') });
    const done = download();
    (await fake.next('exportModel')).fail(new WhittleError('out-of-memory', 'Too little memory.'));
    await expect(done).rejects.toMatchObject({ code: 'out-of-memory' });
    expect(downloads).toEqual([]);
  });
});

describe('a recipe', () => {
  test('from a file is refused where it is bad, and the sliders stay', () => {
    expect(() => loadRecipe({ version: 1, target: 'webgpu', passes: [{ id: 'no-such-pass' }] })).toThrow(WhittleError);
    expect(recipe()).toBe(defaultRecipe);
  });
});
