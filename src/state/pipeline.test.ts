import { beforeAll, describe, expect, test, vi } from 'vitest';
import { WhittleError } from '../base/errors';
import { BY_CHANCE, FULL } from '../report/testing/results';
import { chooseBest } from './actions';
import { removeData } from './data';
import { followCauses } from './causes';
import { useDocument } from './document';
import { makeEngineBy } from './engine';
import { cancelJob, useJobs } from './jobs';
import { isSettled, onSettled } from './pipeline';
import { redo, setOption, undo } from './recipe';
import { useResults } from './results';
import {
  answerHistograms,
  drawn,
  evaluationOf,
  fake,
  followInTests,
  openFollowed,
  pass,
  previewOf,
  recipe,
  setBits,
  SETTLE_MS,
} from './testing/followed';
import type { Best } from '../engine/protocol/index';
import type { Call } from './testing/fake-engine';
import { trustSamples } from './doubt';
import { selectLayer } from './view';

const { opened, data } = FULL;
const LAYER = 'conv1';
const trial = {
  name: 'Nearest',
  recipe: { version: 1, target: 'wasm', passes: [] },
  bytes: 1,
  onIntegers: false,
  agreement: 99,
  kl: 0.1,
  sqnrDb: 30,
  ruin: null,
  evaluation: evaluationOf({ version: 1, target: 'wasm', passes: [] }),
} as const;
const BEST: Best = { goal: { kind: 'bits', bits: 8 }, chosen: trial, trials: [trial], samples: 8, said: [] };
const results = () => useResults.getState();

followInTests();
beforeAll(followCauses);

describe('previews', () => {
  test('begin 250 ms after the last move, for that move only', async () => {
    await openFollowed(null);
    setBits(7);
    await pass(SETTLE_MS - 1);
    setBits(6);
    await pass(SETTLE_MS - 1);
    expect(fake().calls.preview).toHaveLength(1);
    await pass(1);
    expect(fake().calls.preview).toHaveLength(2);
    const { args, answer } = await fake().next('preview');
    expect(args[0]).toBe(recipe());
    answer(previewOf(recipe()));
    await pass();
    expect(results().preview?.recipe).toBe(recipe());
  });

  test('of a recipe that was left are stopped, and neither their result nor their failure is seen', async () => {
    await openFollowed(null);
    const moved = [7, 6, 5];
    for (const bits of moved) {
      setBits(bits);
      await pass(SETTLE_MS);
    }
    const [late, failed, last] = [await fake().next('preview'), await fake().next('preview'), await fake().next('preview')];
    expect([late, failed, last].map(({ following }) => following.signal.aborted)).toEqual([true, true, false]);
    last.answer(previewOf(recipe()));
    await pass();
    late.answer(previewOf(late.args[0]));
    failed.fail(new WhittleError('bad-recipe', 'No such bits.'));
    await pass();
    expect(results().preview?.recipe).toBe(recipe());
    expect(useDocument.getState().error).toBeNull();
  });

  test('of a recipe that was left for one that stands already are stopped, as is its score', async () => {
    await openFollowed();
    setBits(7);
    await pass(SETTLE_MS);
    const left = await fake().next('preview');
    const before = results();
    undo();
    expect(left.following.signal.aborted).toBe(true);
    await pass(SETTLE_MS);
    left.answer(previewOf(left.args[0]));
    await pass(SETTLE_MS);
    expect(results().preview).toBe(before.preview);
    redo();
    await pass(SETTLE_MS);
    (await fake().next('preview')).answer(previewOf(recipe()));
    const leftScore = await fake().next('evaluate');
    undo();
    expect(leftScore.following.signal.aborted).toBe(true);
    await pass(SETTLE_MS);
    (await fake().next('preview')).answer(previewOf(recipe()));
    leftScore.answer(evaluationOf(leftScore.args[0]));
    await pass(SETTLE_MS);
    expect(results().evaluation).toBe(before.evaluation);
  });

  test('that a move follows have their curve of bits stopped with them', async () => {
    await openFollowed(null);
    selectLayer(LAYER);
    await pass();
    const [curve] = fake().calls.bitsCurve;
    expect(curve?.following.signal.aborted).toBe(false);
    setBits(7);
    expect(curve?.following.signal.aborted).toBe(true);
    await pass(SETTLE_MS);
    await answerHistograms();
    (await fake().next('preview')).answer(previewOf(recipe()));
    await pass();
    await answerHistograms();
    expect(results().bitsCurve?.recipe).toBe(recipe());
  });

  test('that fail are told of at the recipe until one succeeds', async () => {
    await openFollowed(null);
    setBits(7);
    await pass(SETTLE_MS);
    (await fake().next('preview')).fail(new WhittleError('bad-recipe', 'No such bits.'));
    await pass();
    expect(useDocument.getState().error).toMatchObject({ where: 'recipe', error: { code: 'bad-recipe' } });
    setBits(6);
    await pass(SETTLE_MS);
    (await fake().next('preview')).answer(previewOf(recipe()));
    await pass();
    expect(useDocument.getState().error).toBeNull();
  });

  test('of the model before are not shown with the one now open', async () => {
    await openFollowed(null);
    setBits(7);
    await pass(SETTLE_MS);
    const old = await fake().next('preview');
    useDocument.setState({ opened: { ...opened, sha256: 'another' } });
    useResults.setState({ preview: null });
    old.answer(previewOf(recipe()));
    await pass();
    expect(results().preview).toBeNull();
    await pass(SETTLE_MS);
    (await fake().next('preview')).answer(previewOf(recipe()));
    await pass();
    expect(results().preview).not.toBeNull();
  });

  test('are not made without a model', async () => {
    setBits(7);
    await pass(SETTLE_MS);
    expect(fake().calls.preview).toEqual([]);
  });
});

describe('settled', () => {
  test('is said when timer, preview, score and histogram are all done, and not before', async () => {
    await openFollowed();
    const told = vi.fn();
    onSettled(told);
    selectLayer(LAYER);
    setBits(7);
    expect(isSettled()).toBe(false);
    await pass(SETTLE_MS);
    expect(isSettled()).toBe(false);
    (await fake().next('preview')).answer(previewOf(recipe()));
    await pass();
    await answerHistograms();
    expect(isSettled()).toBe(false);
    expect(told).not.toHaveBeenCalled();
    (await fake().next('evaluate')).answer(evaluationOf(recipe()));
    await pass();
    expect(isSettled()).toBe(true);
    setBits(6);
    await pass(SETTLE_MS);
    await answerHistograms();
    (await fake().next('preview')).fail(new WhittleError('aborted', 'Stopped.'));
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
});

describe('a job that goes first', () => {
  const stopped = new WhittleError('aborted', 'Stopped.');

  test.each([
    ['answered', (call: Call<'best'>) => call.answer(BEST)],
    ['stopped', (call: Call<'best'>) => call.fail(stopped)],
    ['failed', (call: Call<'best'>) => call.fail(new WhittleError('bad-recipe', 'No.'))],
  ])('stops the preview, which is taken up again once it is %s, with its score', async (_how, end) => {
    await openFollowed();
    setBits(7);
    await pass(SETTLE_MS);
    const { following, fail } = await fake().next('preview');
    const done = chooseBest({ kind: 'bits', bits: 8 }).catch(() => {});
    expect(following.signal.aborted).toBe(true);
    fail(stopped);
    const call = await fake().next('best');
    await pass(SETTLE_MS);
    expect(fake().calls.preview).toHaveLength(2);
    end(call);
    await done;
    await pass(SETTLE_MS);
    (await fake().next('preview')).answer(previewOf(recipe()));
    await pass();
    (await fake().next('evaluate')).answer(evaluationOf(recipe()));
    await pass();
    expect(results()).toMatchObject({ preview: { recipe: recipe() }, evaluation: { recipe: recipe() } });
    await pass(SETTLE_MS);
    expect(fake().calls.preview).toHaveLength(3);
  });

  test('leaves what was there, and says that it was stopped until the recipe is another', async () => {
    await openFollowed();
    const { preview, evaluation } = results();
    const done = chooseBest({ kind: 'bits', bits: 4 }).catch(() => {});
    cancelJob();
    (await fake().next('best')).fail(stopped);
    await done;
    await pass(SETTLE_MS);
    expect([results().preview, results().evaluation]).toEqual([preview, evaluation]);
    expect(fake().calls.preview).toHaveLength(1);
    expect(useJobs.getState().lastNote).toBe('Looking for the best 4 bits: stopped.');
    setBits(7);
    expect(useJobs.getState().lastNote).toBeNull();
    await pass(SETTLE_MS);
    (await fake().next('preview')).answer(previewOf(recipe()));
    (await fake().next('evaluate')).answer(evaluationOf(recipe()));
    await pass();
  });
});

const fitted = (): void => setOption(2, 'rounding', 'gptq');

describe('a recipe that learns from samples', () => {
  test.each([
    ['a move', () => setBits(7)],
    ['a job that goes first', () => void chooseBest({ kind: 'bits', bits: 8 }).catch(() => {})],
    ['the person', cancelJob],
  ])('has its histogram stopped by %s', async (by, act) => {
    await openFollowed();
    selectLayer(LAYER);
    await pass();
    await answerHistograms();
    fitted();
    await pass(SETTLE_MS);
    const [fit, preview] = [drawn().at(-1), await fake().next('preview')];
    preview.following.onProgress?.({ stage: 'Fitting', done: 0, total: 1, startedAt: 0 });
    expect(fit?.following.signal.aborted).toBe(false);
    act();
    expect(fit?.following.signal.aborted).toBe(true);
    fit?.fail(new WhittleError('aborted', 'Stopped.'));
    preview.fail(new WhittleError('aborted', 'Stopped.'));
    await pass();
    if (by === 'the person') return;
    if (fake().calls.best.length > 0) (await fake().next('best')).answer({ ...BEST, chosen: null });
    await pass(SETTLE_MS);
    await answerHistograms();
    (await fake().next('preview')).answer(previewOf(recipe()));
    await pass();
    (await fake().next('evaluate')).answer(evaluationOf(recipe()));
    await pass();
    await answerHistograms();
    expect(results()).toMatchObject({ preview: { recipe: recipe() }, histogram: { recipe: recipe() } });
  });

  test('is previewed again once there are samples, which ends what was said of having none', async () => {
    await openFollowed(null);
    fitted();
    await pass(SETTLE_MS);
    (await fake().next('preview')).fail(new WhittleError('bad-data', 'There are no samples.'));
    await pass();
    useDocument.setState({ data });
    expect(useDocument.getState().error).toBeNull();
    await pass(SETTLE_MS);
    // The original is scored first: it tells whether the samples are worth learning from.
    const original = await fake().next('evaluate');
    expect(original.args).toMatchObject([{ passes: [] }, null, null, 'live']);
    original.answer(evaluationOf(original.args[0]));
    await pass();
    (await fake().next('preview')).answer(previewOf(recipe()));
    await pass();
    (await fake().next('evaluate')).answer(evaluationOf(recipe()));
    await pass();
    expect(results().preview?.recipe).toBe(recipe());
  });

  test('is not fitted to samples on which the original answers by chance, until the person lets it', async () => {
    await openFollowed(null);
    fitted();
    await pass(SETTLE_MS);
    (await fake().next('preview')).fail(new WhittleError('bad-data', 'There are no samples.'));
    await pass();
    useDocument.setState({ data });
    await pass(SETTLE_MS);
    const original = await fake().next('evaluate');
    original.answer({ ...evaluationOf(original.args[0]), chance: BY_CHANCE });
    await pass(SETTLE_MS);
    expect(fake().calls.preview).toHaveLength(2);
    const asked = fake().calls.histogram.length;
    selectLayer(LAYER);
    await pass(SETTLE_MS);
    // A histogram would be fitted too.
    expect(fake().calls.histogram).toHaveLength(asked);
    selectLayer(null);
    trustSamples();
    await pass(SETTLE_MS);
    (await fake().next('preview')).answer(previewOf(recipe()));
    await pass();
    (await fake().next('evaluate')).answer(evaluationOf(recipe()));
    await pass();
    expect(results().preview?.recipe).toBe(recipe());
  });

  test('waits while the preset is looked for, as does the score', async () => {
    await openFollowed(null);
    useDocument.setState({ data, preparing: true });
    await pass(SETTLE_MS);
    fitted();
    await pass(SETTLE_MS);
    expect([fake().calls.evaluate.length, fake().calls.preview.length]).toEqual([0, 1]);
    useDocument.setState({ preparing: false });
    await pass(SETTLE_MS);
    const original = await fake().next('evaluate');
    original.answer(evaluationOf(original.args[0]));
    await pass();
    (await fake().next('preview')).answer(previewOf(recipe()));
    await pass();
    (await fake().next('evaluate')).answer(evaluationOf(recipe()));
    await pass();
  });

  test('loses its figures and its file with the samples, other recipes only their scores', async () => {
    await openFollowed();
    const plain = recipe();
    fitted();
    await pass(SETTLE_MS);
    (await fake().next('preview')).answer(previewOf(recipe()));
    (await fake().next('evaluate')).answer(evaluationOf(recipe()));
    await pass();
    useResults.setState({
      exported: FULL.exported && { ...FULL.exported, blob: new Blob(), recipe: recipe() },
      sizes: FULL.sizes && { ...FULL.sizes, recipe: plain },
    });
    await removeData();
    expect(results()).toMatchObject({ preview: null, evaluation: null, exported: null });
    expect(results().sizes).not.toBeNull();
    await pass(SETTLE_MS);
    (await fake().next('preview')).fail(new WhittleError('bad-data', 'There are no samples.'));
    await pass();
    expect(useDocument.getState().error).toMatchObject({ where: 'recipe' });
  });
});
