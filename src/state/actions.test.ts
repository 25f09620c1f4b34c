import { beforeEach, describe, expect, test } from 'vitest';
import { WhittleError } from '../base/errors';
import { FULL } from '../report/testing/results';
import { checkBackends, evaluate, measure, named, openAndCheck, openModel, planBits, reconnect, scanSensitivity } from './actions';
import { removeData, setData } from './data';
import { useDocument } from './document';
import { useRecipe } from './recipe';
import { useResults } from './results';
import { fakeEngine, type FakeEngine } from './testing/fake-engine';
import { freshPage } from './testing/fresh-page';
import { isUnsaved } from './unsaved';
import { useVariants } from './variants';
import { useView } from './view';

const { opened, data, environment, originalCheck, preview, evaluation, measurements, sensitivity } = FULL;
if (!data || !environment || !originalCheck || !preview || !evaluation || !sensitivity) throw new Error('The results are not full.');
const files = [{ path: 'net.onnx', blob: new Blob(['onnx']) }];
const page = () => useDocument.getState();
const results = () => useResults.getState();
const recipe = () => useRecipe.getState().recipe;
const variant = {
  key: '',
  recipe: recipe(),
  label: '',
  bytes: 1,
  exact: true,
  gzipBytes: null,
  accuracy: null,
  original: null,
  agreement: null,
  paired: null,
  verdict: null,
  latency: null,
};
const ofSamples = { evaluation, sensitivity, best: null, plan: null };

let fake: FakeEngine;

beforeEach(() => {
  freshPage();
  fake = fakeEngine();
});

/** A page on which another model was worked with. */
function workedOn(): void {
  useDocument.setState({ opened: { ...opened, sha256: 'before' }, data, check: originalCheck, dropped: { name: 'cats', files } });
  useResults.setState({ ...ofSamples, preview, benchmark: [] });
  useVariants.setState({ variants: [variant], chosen: '' });
  useView.setState({ layer: 'old', channel: 3, filter: 'conv' });
}

describe('opening a model', () => {
  test('takes the place of all that was known of the one before, but of the device', async () => {
    workedOn();
    const done = openModel(files);
    const call = await fake.next('open');
    expect(call.args[0]).toBe(files);
    expect(page().opened?.sha256).toBe('before');
    call.answer(opened);
    (await fake.next('environment')).answer(environment);
    expect(await done).toBe(opened);
    expect(page()).toMatchObject({ opened, environment, data: null, check: null, dropped: null, error: null });
    expect(fake.cleared()).toBe(1);
    expect(results()).toEqual({ ...useResults.getInitialState(), benchmark: [] });
    expect(useVariants.getState()).toEqual({ variants: [], chosen: null });
    expect(useView.getState()).toMatchObject({ layer: 'conv1', channel: null, filter: '' });
  });

  test('keeps the open one, its samples and its figures where it fails', async () => {
    workedOn();
    const [before, figures, variants, view] = [page(), results(), useVariants.getState(), useView.getState()];
    const done = openModel(files);
    (await fake.next('open')).fail(new WhittleError('not-onnx', 'It is a picture.'));
    await expect(done).rejects.toMatchObject({ code: 'not-onnx' });
    expect(page()).toEqual({ ...before, error: { where: 'open', error: { code: 'not-onnx', message: 'It is a picture.', remedy: '' } } });
    expect([results(), useVariants.getState(), useView.getState()]).toEqual([figures, variants, view]);
    expect(fake.cleared()).toBe(0);
  });

  test('runs it on both backends unasked unless it is very large', async () => {
    const large = { ...opened, summary: { ...opened.summary, bytes: 2 ** 30 } };
    const unasked = openAndCheck(files);
    (await fake.next('open')).answer(large);
    (await fake.next('environment')).answer(environment);
    await unasked;
    expect(fake.calls.checkBackends).toHaveLength(0);
    const asked = openAndCheck(files);
    (await fake.next('open')).answer(opened);
    (await fake.next('environment')).answer(environment);
    (await fake.next('checkBackends')).answer(originalCheck);
    await asked;
    expect(page().check).toBe(originalCheck);
  });

  test.each([
    [['wasm'], 'not chosen', 'wasm'],
    [['webgpu', 'wasm'], 'not chosen', 'webgpu'],
    [['wasm'], 'chosen', 'webgpu'],
  ] as const)('on %s a recipe (%s) aims at %s', async (providers, chosen, target) => {
    if (chosen === 'chosen') useRecipe.setState({ recipe: { ...recipe() } });
    const done = openAndCheck(files);
    (await fake.next('open')).answer(opened);
    (await fake.next('environment')).answer({ ...environment, providers });
    (await fake.next('checkBackends')).answer(originalCheck);
    await done;
    expect(recipe().target).toBe(target);
    expect([useRecipe.getState().past, isUnsaved()]).toEqual([[], false]);
  });

  test('names files by the paths given, the folder they came in, or themselves', () => {
    const inFolder = Object.defineProperty(new File([], 'a.onnx'), 'webkitRelativePath', { value: 'dir/a.onnx' });
    expect(named([inFolder, new File([], 'b.bin')]).map(({ path }) => path)).toEqual(['dir/a.onnx', 'b.bin']);
    expect(named([inFolder], ['given/a.onnx']).map(({ path }) => path)).toEqual(['given/a.onnx']);
  });
});

describe('samples', () => {
  test('clear the figures of others, not those that need none', async () => {
    workedOn();
    const done = setData('dogs', data.card, files);
    expect(results().evaluation).toBe(evaluation);
    const call = await fake.next('setData');
    expect(call.args.slice(0, 4)).toEqual(['dogs', data.card, files, { calibration: 128, scored: null }]);
    call.answer({ ...data, name: 'dogs' });
    await done;
    expect(page()).toMatchObject({ data: { name: 'dogs' }, dropped: { name: 'cats', files } });
    expect(results()).toMatchObject({ evaluation: null, sensitivity: null, best: null, plan: null, preview });
    expect(useVariants.getState().variants).toEqual([]);
  });

  test('that do not read leave the ones before and their figures', async () => {
    workedOn();
    const done = setData('dogs', data.card, files);
    (await fake.next('setData')).fail(new WhittleError('bad-data', 'No picture decodes.'));
    await expect(done).rejects.toMatchObject({ code: 'bad-data' });
    expect(page()).toMatchObject({ data, error: { where: 'data' } });
    expect(results()).toMatchObject(ofSamples);
    expect(useVariants.getState().variants).toHaveLength(1);
  });

  test('take their figures with them', async () => {
    workedOn();
    await removeData();
    expect(page()).toMatchObject({ data: null, dropped: null, opened: { sha256: 'before' } });
    expect(results()).toMatchObject({ evaluation: null, sensitivity: null, preview });
    expect(fake.cleared()).toBe(1);
  });
});

describe('figures', () => {
  test('are of the file and of the recipe at the time they were asked for, and become variants', async () => {
    const scored = evaluate(null);
    const asked = recipe();
    const score = await fake.next('evaluate');
    expect(score.args).toEqual([asked, null, null, 'file']);
    useResults.setState({ preview: { ...preview, recipe: asked } });
    score.answer({ ...evaluation, recipe: asked });
    await scored;
    expect(useVariants.getState().variants).toMatchObject([
      { recipe: asked, bytes: 1_310_000, exact: false, accuracy: { top1: 58.8 }, latency: null },
    ]);
    const timed = measure('wasm');
    const [webgpu] = measurements;
    if (webgpu) (await fake.next('measure')).answer({ ...webgpu, recipe: asked });
    await timed;
    expect(useVariants.getState().variants).toMatchObject([{ accuracy: { top1: 58.8 }, latency: { after: { median: 8.1 } } }]);
    // By the backend that really ran, whichever was asked for.
    expect(results().measurements).toMatchObject({ webgpu: { recipe: asked } });
    expect(results().measurements.wasm).toBeUndefined();
  });

  test('of a scan show as they come, each once, and stay when it is stopped', async () => {
    const options = sensitivity.options;
    const [a, b] = sensitivity.cells;
    if (!a || !b) throw new Error('There are no cells.');
    const done = scanSensitivity(options);
    const call = await fake.next('sensitivity');
    const show = call.following.onEvent;
    for (const cell of [a, b, { ...a, kl: 9 }]) show?.(cell);
    expect(results().sensitivity?.cells).toEqual([b, { ...a, kl: 9 }]);
    call.fail(new WhittleError('aborted', 'Stopped.'));
    await expect(done).rejects.toMatchObject({ code: 'aborted' });
    expect(results().sensitivity).toMatchObject({ cells: [b, { ...a, kl: 9 }], finished: null });
  });

  test('a plan starts from the recipe that the plan before started from, unless that was edited since', async () => {
    const from = recipe();
    const planned = { ...from, passes: [{ id: 'quantize-weights', options: { bits: 3 } }] };
    const value = {
      recipe: planned,
      bits: [],
      predictedBytes: 900,
      predictedLoss: 0.1,
      lossKind: 'kl',
      checked: null,
      measured: null,
      roundings: [],
      timed: null,
    } as const;
    const plan = async () => {
      const done = planBits({ kind: 'bytes', bytes: 1000 });
      const call = await fake.next('planBits');
      call.answer(value);
      await done;
      return call.args[0];
    };
    expect(await plan()).toBe(from);
    expect(recipe()).toBe(planned);
    expect(await plan()).toBe(from);
    const edited = { ...planned, target: 'wasm' } as const;
    useRecipe.setState({ recipe: edited });
    expect(await plan()).toBe(edited);
  });
});

describe('a lost device', () => {
  test('is asked for again, and compared anew where a model is open', async () => {
    useDocument.setState({ opened, lostReason: 'reset' });
    const done = reconnect();
    (await fake.next('environment')).answer(environment);
    (await fake.next('checkBackends')).answer(originalCheck);
    await done;
    expect(page()).toMatchObject({ lostReason: null, environment, check: originalCheck });
    expect(fake.calls.checkBackends).toHaveLength(1);
  });

  test('keeps its notice where nothing answers', async () => {
    useDocument.setState({ lostReason: 'reset' });
    const done = reconnect();
    (await fake.next('environment')).fail(new WhittleError('engine-stopped', 'The worker ended.'));
    await expect(done).rejects.toMatchObject({ code: 'engine-stopped' });
    expect(page().lostReason).toBe('reset');
  });

  test('leaves what was known of the backends where the comparison fails', async () => {
    useDocument.setState({ check: originalCheck });
    const done = checkBackends();
    (await fake.next('checkBackends')).fail(new WhittleError('runtime-failed', 'It does not run.'));
    await expect(done).rejects.toMatchObject({ code: 'runtime-failed' });
    expect(page()).toMatchObject({ check: originalCheck, error: { where: 'run' } });
  });
});
