import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { WhittleError } from '../base/errors';
import type { Evaluation, LayerHistogram, Recipe } from '../engine/protocol/index';
import { FULL } from '../report/testing/results';
import { useDocument } from './document';
import { makeEngineBy } from './engine';
import { useJobs } from './jobs';
import { followSliders, isSettled, onSettled, stopFollowing } from './pipeline';
import { setOption, setTarget, useRecipe } from './recipe';
import { useResults } from './results';
import { fakeEngine, type FakeEngine } from './testing/fake-engine';
import { freshPage } from './testing/fresh-page';
import { selectLayer, useView } from './view';

const { opened, data } = FULL;
const LAYER = 'conv1';
const OTHER = 'fire2/squeeze';
const SETTLE_MS = 250;
const recipe = () => useRecipe.getState().recipe;
const results = () => useResults.getState();
const setBits = (bits: number) => setOption(2, 'bits', bits);
/** Lets time pass, and with it all that waits for nothing else. */
const pass = (ms = 0) => vi.advanceTimersByTimeAsync(ms);
const previewOf = (of: Recipe) => ({ recipe: of, layers: [], steps: [], predictedBytes: 100 });
const bins = { lo: 0, hi: 1, counts: new Uint32Array(0) };

function evaluationOf(of: Recipe, kind: Evaluation['of'] = 'live'): Evaluation {
  if (!FULL.evaluation) throw new Error('There is no evaluation to make one of.');
  return { ...FULL.evaluation, recipe: of, of: kind };
}

function histogramOf(layerId: string, channel: number | null = null): LayerHistogram {
  const state = { id: layerId, bits: 8, storage: 'packed', sparsity: 0, sqnrDb: 40, bytesBefore: 400, bytesAfter: 100 } as const;
  return { layerId, channel, before: bins, after: bins, threshold: null, levels: null, step: null, state };
}

let fake: FakeEngine;

/** Histograms asked for but those behind the curve of bits, which need no bins. */
const drawn = () => fake.calls.histogram.filter(({ args }) => args[4] !== 1);

/** Answers all histograms that are asked for, those of the curve of bits too, until none is left. */
async function answerHistograms(): Promise<void> {
  for (let answered = 0; answered < fake.calls.histogram.length; ) {
    const call = fake.calls.histogram[answered++];
    call?.answer(histogramOf(call.args[2], call.args[3]));
    await pass();
  }
}

/** Opens the model; its preview and, with samples, its score are there. */
async function open(samples = data): Promise<void> {
  useDocument.setState({ data: samples });
  useDocument.setState({ opened });
  await pass(SETTLE_MS);
  (await fake.next('preview')).answer(previewOf(recipe()));
  await pass();
  if (samples) (await fake.next('evaluate')).answer(evaluationOf(recipe()));
  await pass();
}

beforeAll(() => {
  vi.useFakeTimers();
  followSliders();
});

beforeEach(async () => {
  fake = fakeEngine();
  freshPage();
  await pass(SETTLE_MS);
});

afterEach(() => {
  expect(useJobs.getState().quiet).toBe(0);
  expect(isSettled()).toBe(true);
});

describe('previews', () => {
  test('begin 250 ms after the last move, for that move only', async () => {
    await open(null);
    setBits(7);
    await pass(SETTLE_MS - 1);
    setBits(6);
    await pass(SETTLE_MS - 1);
    expect(fake.calls.preview).toHaveLength(1);
    await pass(1);
    expect(fake.calls.preview).toHaveLength(2);
    const { args, answer } = await fake.next('preview');
    expect(args[1]).toBe(recipe());
    answer(previewOf(recipe()));
    await pass();
    expect(results().preview?.recipe).toBe(recipe());
  });

  test('of a recipe that was left are stopped, and neither their result nor their failure is seen', async () => {
    await open(null);
    const moved = [7, 6, 5];
    for (const bits of moved) {
      setBits(bits);
      await pass(SETTLE_MS);
    }
    const [late, failed, last] = [await fake.next('preview'), await fake.next('preview'), await fake.next('preview')];
    expect([late, failed, last].map(({ args }) => args[0].aborted)).toEqual([true, true, false]);
    last.answer(previewOf(recipe()));
    await pass();
    late.answer(previewOf(late.args[1]));
    failed.fail(new WhittleError('bad-recipe', 'No such bits.'));
    await pass();
    expect(results().preview?.recipe).toBe(recipe());
    expect(useDocument.getState().error).toBeNull();
  });

  test('that fail are told of at the recipe until one succeeds', async () => {
    await open(null);
    setBits(7);
    await pass(SETTLE_MS);
    (await fake.next('preview')).fail(new WhittleError('bad-recipe', 'No such bits.'));
    await pass();
    expect(useDocument.getState().error).toMatchObject({ where: 'recipe', error: { code: 'bad-recipe' } });
    setBits(6);
    await pass(SETTLE_MS);
    (await fake.next('preview')).answer(previewOf(recipe()));
    await pass();
    expect(useDocument.getState().error).toBeNull();
  });

  test('of the model before are not shown with the one now open', async () => {
    await open(null);
    setBits(7);
    await pass(SETTLE_MS);
    const old = await fake.next('preview');
    useDocument.setState({ opened: { ...opened, sha256: 'another' } });
    useResults.setState({ preview: null });
    old.answer(previewOf(recipe()));
    await pass();
    expect(results().preview).toBeNull();
    await pass(SETTLE_MS);
    (await fake.next('preview')).answer(previewOf(recipe()));
    await pass();
    expect(results().preview).not.toBeNull();
  });

  test('are not made without a model', async () => {
    setBits(7);
    await pass(SETTLE_MS);
    expect(fake.calls.preview).toEqual([]);
  });
});

describe('histograms', () => {
  test('follow the selected layer and channel one at a time, the last one asked for next', async () => {
    await open(null);
    selectLayer(LAYER);
    await pass();
    useView.setState({ channel: 1 });
    useView.setState({ channel: 2 });
    await pass();
    expect(drawn()).toHaveLength(1);
    await answerHistograms();
    expect(drawn().map(({ args }) => [args[2], args[3]])).toEqual([[LAYER, null], [LAYER, 2]]);
    expect(results().histogram?.value).toMatchObject({ layerId: LAYER, channel: 2 });
  });

  test('of a layer or channel that was left are not shown', async () => {
    await open(null);
    selectLayer(LAYER);
    await pass();
    selectLayer(OTHER);
    drawn()[0]?.answer(histogramOf(LAYER));
    await pass();
    expect(results().histogram).toBeNull();
    await answerHistograms();
    expect(results().histogram?.value.layerId).toBe(OTHER);
  });

  test('go on after one that failed', async () => {
    await open(null);
    selectLayer(LAYER);
    await pass();
    for (const { fail } of fake.calls.histogram) fail(new WhittleError('internal', 'No.'));
    await pass();
    expect(isSettled()).toBe(true);
    useView.setState({ channel: 3 });
    await pass();
    await answerHistograms();
    expect(results().histogram?.value.channel).toBe(3);
  });
});

describe('scores', () => {
  test('are taken only where there are samples, of a thousand at most', async () => {
    await open(null);
    expect(fake.calls.evaluate).toEqual([]);
    useDocument.setState({ data: data && { ...data, samples: 50_000 } });
    await pass();
    const { args, answer } = await fake.next('evaluate');
    expect(args.slice(1)).toEqual([recipe(), 1000, null, 'live']);
    answer(evaluationOf(recipe()));
    await pass();
    expect(results().evaluation).toMatchObject({ of: 'live' });
  });

  test('of the written file are not replaced by live ones of the same recipe, but by those of another', async () => {
    await open();
    setBits(7);
    await pass(SETTLE_MS);
    (await fake.next('preview')).answer(previewOf(recipe()));
    await pass();
    const live = await fake.next('evaluate');
    const ofFile = evaluationOf(recipe(), 'file');
    useResults.setState({ evaluation: ofFile });
    live.answer(evaluationOf(recipe()));
    await pass();
    expect(results().evaluation).toBe(ofFile);
    setTarget('wasm');
    await pass(SETTLE_MS);
    (await fake.next('preview')).answer(previewOf(recipe()));
    (await fake.next('evaluate')).answer(evaluationOf(recipe()));
    await pass();
    expect(results().evaluation).toMatchObject({ of: 'live', recipe: recipe() });
  });

  test('of samples that were taken away are not shown', async () => {
    await open();
    setBits(7);
    await pass(SETTLE_MS);
    (await fake.next('preview')).answer(previewOf(recipe()));
    const live = await fake.next('evaluate');
    useDocument.setState({ data: null });
    useResults.setState({ evaluation: null });
    live.answer(evaluationOf(recipe()));
    await pass();
    expect(results().evaluation).toBeNull();
  });
});

describe('settled', () => {
  test('is said when timer, preview, score and histogram are all done, and not before', async () => {
    await open();
    const told = vi.fn();
    onSettled(told);
    selectLayer(LAYER);
    setBits(7);
    expect(isSettled()).toBe(false);
    await pass(SETTLE_MS);
    expect(isSettled()).toBe(false);
    (await fake.next('preview')).answer(previewOf(recipe()));
    await pass();
    await answerHistograms();
    expect(isSettled()).toBe(false);
    expect(told).not.toHaveBeenCalled();
    (await fake.next('evaluate')).answer(evaluationOf(recipe()));
    await pass();
    expect(isSettled()).toBe(true);
    setBits(6);
    await pass(SETTLE_MS);
    await answerHistograms();
    (await fake.next('preview')).fail(new WhittleError('aborted', 'Stopped.'));
    await pass();
    expect(told).toHaveBeenCalledOnce();
  });

  test('comes also where the engine does not load, which is shown; the next move tries again', async () => {
    makeEngineBy(() => Promise.reject(new Error('404')));
    useDocument.setState({ opened, data });
    selectLayer(LAYER);
    await pass(SETTLE_MS);
    setBits(7);
    await pass(SETTLE_MS);
    expect(isSettled()).toBe(true);
    expect(useDocument.getState().error?.error).toMatchObject({ code: 'engine-stopped', message: expect.stringContaining('404') });
  });

  test('comes after following was stopped for a job that goes first', async () => {
    await open();
    setBits(7);
    await pass(SETTLE_MS);
    const { args, fail } = await fake.next('preview');
    stopFollowing();
    expect(args[0].aborted).toBe(true);
    fail(new WhittleError('aborted', 'Stopped.'));
    await pass();
    expect(isSettled()).toBe(true);
    expect(fake.calls.evaluate).toHaveLength(1);
  });
});
