import { describe, expect, test } from 'vitest';
import { WhittleError } from '../base/errors';
import { FULL } from '../report/testing/results';
import { useDocument } from './document';
import { isSettled } from './pipeline';
import { setOption, setTarget } from './recipe';
import { takeEvaluation, useResults } from './results';
import { useVariants } from './variants';
import {
  answerHistograms,
  drawn,
  evaluationOf,
  fake,
  followInTests,
  histogramOf,
  openFollowed,
  pass,
  previewOf,
  recipe,
  setBits,
  SETTLE_MS,
} from './testing/followed';
import { selectLayer, useView } from './view';

const { data } = FULL;
const LAYER = 'conv1';
const OTHER = 'fire2/squeeze';
const results = () => useResults.getState();

followInTests();

describe('histograms', () => {
  test('follow the selected layer and channel one at a time, the last one asked for next', async () => {
    await openFollowed(null);
    selectLayer(LAYER);
    await pass();
    useView.setState({ channel: 1 });
    useView.setState({ channel: 2 });
    await pass();
    expect(drawn()).toHaveLength(1);
    await answerHistograms();
    expect(drawn().map(({ args }) => [args[1], args[2]])).toEqual([
      [LAYER, null],
      [LAYER, 2],
    ]);
    expect(results().histogram?.value).toMatchObject({ layerId: LAYER, channel: 2 });
  });

  test('of a layer or channel that was left are not shown', async () => {
    await openFollowed(null);
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
    await openFollowed(null);
    selectLayer(LAYER);
    await pass();
    for (const { fail } of [...drawn(), ...fake().calls.bitsCurve]) fail(new WhittleError('internal', 'No.'));
    await pass();
    expect(isSettled()).toBe(true);
    useView.setState({ channel: 3 });
    await pass();
    await answerHistograms();
    expect(results().histogram?.value.channel).toBe(3);
  });

  test.each([
    ['passes that learn are drawn anew, of their run,', true],
    ['other passes are not drawn anew', false],
  ])('of %s once the recipe is previewed', async (_words, anew) => {
    await openFollowed();
    selectLayer(LAYER);
    await pass();
    await answerHistograms();
    if (anew) setOption(2, 'rounding', 'gptq');
    else setBits(7);
    await pass(SETTLE_MS);
    const asked = drawn().length;
    const sketch = drawn().at(-1);
    (await fake().next('preview')).answer(previewOf(recipe()));
    await pass();
    expect(sketch?.following.signal.aborted).toBe(anew);
    if (anew) sketch?.fail(new WhittleError('aborted', 'Stopped.'));
    await pass();
    expect(drawn()).toHaveLength(asked + (anew ? 1 : 0));
    (await fake().next('evaluate')).answer(evaluationOf(recipe()));
    await answerHistograms();
    expect(results().histogram?.recipe).toBe(recipe());
  });
});

describe('scores', () => {
  test('are taken only where there are samples, of all that are scored', async () => {
    await openFollowed(null);
    expect(fake().calls.evaluate).toEqual([]);
    useDocument.setState({ data: data && { ...data, samples: 50_000 } });
    await pass();
    const { args, answer } = await fake().next('evaluate');
    expect(args).toEqual([recipe(), null, null, 'live']);
    answer(evaluationOf(recipe()));
    await pass();
    expect(results().evaluation).toMatchObject({ of: 'live' });
    // It stands among the compared at once, with its score.
    expect(useVariants.getState().variants).toMatchObject([
      { recipe: recipe(), bytes: 100, accuracy: { top1: 58.8 }, original: { top1: 59.6 } },
    ]);
  });

  test('without samples are taken on made-up inputs once the model was seen to run, and not twice', async () => {
    await openFollowed(null);
    useDocument.setState({ check: FULL.originalCheck });
    await pass();
    const { args, answer } = await fake().next('evaluate');
    expect(args).toEqual([recipe(), null, null, 'live']);
    answer(evaluationOf(recipe()));
    await pass();
    useDocument.setState({ check: structuredClone(FULL.originalCheck) });
    await pass();
    expect(fake().calls.evaluate).toHaveLength(1);
    setBits(7);
    await pass(SETTLE_MS);
    (await fake().next('preview')).answer(previewOf(recipe()));
    (await fake().next('evaluate')).answer(evaluationOf(recipe()));
    await pass();
    expect(results().evaluation?.recipe).toBe(recipe());
  });

  test('of the written file are not replaced by live ones of the same recipe, but by those of another', async () => {
    await openFollowed();
    setBits(7);
    await pass(SETTLE_MS);
    (await fake().next('preview')).answer(previewOf(recipe()));
    await pass();
    const live = await fake().next('evaluate');
    const ofFile = evaluationOf(recipe(), 'file');
    useResults.setState({ evaluation: ofFile });
    live.answer(evaluationOf(recipe()));
    await pass();
    expect(results().evaluation).toBe(ofFile);
    setTarget('wasm');
    await pass(SETTLE_MS);
    (await fake().next('preview')).answer(previewOf(recipe()));
    (await fake().next('evaluate')).answer(evaluationOf(recipe()));
    await pass();
    expect(results().evaluation).toMatchObject({ of: 'live', recipe: recipe() });
  });

  test('over more samples are not replaced by those over fewer', async () => {
    await openFollowed();
    const larger = { ...evaluationOf(recipe(), 'live'), agreement: { ...evaluationOf(recipe()).agreement, samples: 4872 } };
    takeEvaluation(larger);
    takeEvaluation(evaluationOf(recipe(), 'file'));
    expect(results().evaluation).toBe(larger);
    takeEvaluation({ ...larger, of: 'file' });
    takeEvaluation(larger);
    expect(results().evaluation).toMatchObject({ of: 'file', agreement: { samples: 4872 } });
  });

  test('of samples that were taken away are not shown', async () => {
    await openFollowed();
    setBits(7);
    await pass(SETTLE_MS);
    (await fake().next('preview')).answer(previewOf(recipe()));
    const live = await fake().next('evaluate');
    useDocument.setState({ data: null });
    useResults.setState({ evaluation: null });
    live.answer(evaluationOf(recipe()));
    await pass();
    expect(results().evaluation).toBeNull();
  });
});
