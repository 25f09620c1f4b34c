import { beforeEach, describe, expect, test, vi } from 'vitest';
import { deferred } from '../base/deferred';
import type { Exported } from '../engine/protocol/index';
import { FULL } from '../report/testing/results';
import { download } from './actions';
import { copyRecipeLink, followAddress } from './address';
import { useDocument } from './document';
import { runJob } from './jobs';
import { setOption, undo, useRecipe } from './recipe';
import { saveReport } from './report';
import { clearResults, useResults } from './results';
import { catchDownloads } from './testing/downloads';
import { fakeEngine, type FakeEngine } from './testing/fake-engine';
import { freshPage } from './testing/fresh-page';
import { sessionHistory, type SessionHistory } from './testing/session-history';
import { askBeforeLeaving, hasUnsavedResults } from './unsaved';

const { exported, sensitivity, opened } = FULL;
if (!exported) throw new Error('There is no file.');
const file: Exported = { ...exported, blob: new Blob(['onnx']), proof: { ...exported.proof, faults: [] } };

let browser: SessionHistory;
let fake: FakeEngine;

beforeEach(() => {
  freshPage();
  browser = sessionHistory('#r=1/webgpu/quantize-weights?bits=4');
  fake = fakeEngine();
  void catchDownloads();
  vi.stubGlobal('navigator', { clipboard: { writeText: () => Promise.resolve() } });
  followAddress();
  askBeforeLeaving();
  useDocument.setState({ opened });
});

describe('leaving', () => {
  test('does not ask over a model that was only opened, under a link’s recipe', () => {
    useResults.setState({ preview: FULL.preview, evaluation: FULL.evaluation });
    expect(browser.asks()).toBe(false);
  });

  test('asks while the recipe is edited, until it is undone or its link was copied', async () => {
    setOption(0, 'bits', 3);
    expect(browser.asks()).toBe(true);
    undo();
    expect(browser.asks()).toBe(false);
    setOption(0, 'bits', 3);
    await copyRecipeLink();
    expect(browser.asks()).toBe(false);
  });

  test('asks while a job runs, also before a model is open', async () => {
    useDocument.setState({ opened: null });
    const { promise, resolve } = deferred<void>();
    const job = runJob('Scoring', 'run', () => promise);
    await vi.waitFor(() => expect(browser.asks()).toBe(true));
    resolve();
    await job;
    expect(browser.asks()).toBe(false);
  });

  test('asks while a file was written and not handed out, and not after the download', async () => {
    setOption(0, 'bits', 3);
    const done = download();
    (await fake.next('exportModel')).answer({ ...file, recipe: useRecipe.getState().recipe });
    await vi.waitFor(() => expect(useResults.getState().saved).toBe(true));
    await done;
    expect(browser.asks()).toBe(false);
    useResults.setState({ exported: file });
    expect([browser.asks(), hasUnsavedResults()]).toEqual([true, true]);
  });

  test('asks over figures that took time, until a report has them or another model takes their place', async () => {
    // The report is about a file: one is there.
    useResults.setState({ sensitivity, exported: { ...file, recipe: useRecipe.getState().recipe } });
    expect([browser.asks(), hasUnsavedResults()]).toEqual([true, true]);
    await saveReport('json');
    expect([browser.asks(), hasUnsavedResults()]).toEqual([false, false]);
    useResults.setState({ measurement: FULL.measurements[0] ?? null });
    expect(browser.asks()).toBe(true);
    clearResults();
    expect(browser.asks()).toBe(false);
  });
});
