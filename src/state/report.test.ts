import { beforeEach, expect, test, vi } from 'vitest';
import { FULL } from '../report/testing/results';
import { useDocument } from './document';
import { setRecipe } from './recipe';
import { currentReport, saveReport } from './report';
import { clearResults, useResults } from './results';
import { fakeEngine } from './testing/fake-engine';
import { clearVariants } from './variants';

const saved: { readonly name: string; readonly blob: Blob }[] = [];
vi.mock('./save', () => ({ saveFile: (name: string, blob: Blob) => saved.push({ name, blob }) }));

const {
  environment,
  opened,
  data,
  originalCheck,
  preview,
  exported,
  measurements,
  evaluation,
  throughput,
  profile,
  forms,
  sizes,
  truth,
  sensitivity,
  recipe,
} = FULL;
const [webgpu, wasm] = measurements;

beforeEach(() => {
  saved.length = 0;
  clearResults();
  clearVariants();
  useDocument.setState({ environment, opened, data, check: originalCheck });
  setRecipe(recipe);
  useResults.setState({
    preview,
    exported: exported && { ...exported, blob: new Blob() },
    measurement: wasm ?? null,
    measurements: { ...(wasm && { wasm }), ...(webgpu && { webgpu }) },
    evaluation,
    throughput,
    profile,
    forms,
    sizes,
    truth,
    sensitivity,
  });
});

test('everything that belongs to the recipe on the sliders', async () => {
  const report = await currentReport();
  expect(report).toMatchObject({
    environment: { ep: 'webgpu' },
    after: { bytes: 1_302_345, latencyMs: { median: 8.1 }, accuracy: { top1: 58.8 } },
    otherBackends: [{ ep: 'wasm' }],
    checks: { original: originalCheck },
  });
  expect(Date.parse(report.environment.date)).not.toBeNaN();
  for (const part of [report.sizes, report.throughput, report.placement, report.truth, report.forms, report.sensitivity])
    expect(part).not.toBeNull();
});

test('a moved slider leaves out what was measured before it, but not what holds for the model', async () => {
  setRecipe({ ...recipe, passes: [] });
  const report = await currentReport();
  expect(report).toMatchObject({
    recipe: { passes: [] },
    after: { bytes: null, gzipBytes: null, latencyMs: null, accuracy: null },
    before: { bytes: 4_953_397, gzipBytes: 4_601_234, latencyMs: null, accuracy: null },
    otherBackends: [],
    predictedBytes: null,
    agreement: null,
    sizes: null,
    throughput: null,
    placement: null,
    truth: null,
  });
  expect(report.layers.every(({ bits, bytesAfter }) => bits === null && bytesAfter === null)).toBe(true);
  expect(report.forms?.recipe).toEqual(recipe);
  expect(report.sensitivity?.recipe).toEqual(recipe);
});

test('saved in the asked-for form, called after the model', async () => {
  for (const kind of ['html', 'markdown', 'json'] as const) await saveReport(kind);
  expect(saved.map(({ name, blob }) => [name, blob.type])).toEqual([
    ['net.report.html', 'text/html'],
    ['net.report.md', 'text/markdown'],
    ['net.report.json', 'application/json'],
  ]);
  expect(await saved[0]?.blob.text()).toMatch(/^<!doctype html>/);
  expect(JSON.parse((await saved[2]?.blob.text()) ?? '')).toMatchObject({ version: 1, model: { name: 'net.onnx' } });
});

test('the file is written first, and scored where the weights were; what was asked for and tried is told', async () => {
  if (!evaluation || !exported) throw new Error('The full results have a score and a file.');
  const fake = fakeEngine();
  const other = { ...recipe, passes: [] };
  useResults.setState({
    exported: null,
    evaluation: { ...evaluation, of: 'live' },
    best: { recipe, value: { goal: { kind: 'bytes', bytes: 1_400_000 }, chosen: null, trials: [], samples: 128, said: [] } },
    plan: {
      from: other,
      budget: { kind: 'points', points: 1, samples: null },
      value: {
        recipe,
        bits: [],
        predictedBytes: 1,
        predictedLoss: 0.04,
        lossKind: 'kl',
        checked: null,
        measured: null,
        roundings: [],
        timed: null,
      },
    },
  });
  const done = saveReport('json');
  (await fake.next('exportModel')).answer({ ...exported, blob: new Blob() });
  const score = await fake.next('evaluate');
  expect(score.args).toEqual([recipe, 500, null, 'file']);
  score.answer({ ...evaluation, of: 'file' });
  await done;
  const report = JSON.parse((await saved[0]?.blob.text()) ?? '');
  expect(report).toMatchObject({
    after: { bytes: 1_302_345 },
    agreement: { of: 'file' },
    asked: { by: 'plan', budget: { kind: 'points', points: 1 }, predictedLoss: 0.04 },
    tried: [{ bytes: 1_302_345, exact: true, top1: 58.8, note: 'this one' }],
  });
  expect(fake.calls.exportModel).toHaveLength(1);
  // What is written and scored is not written and scored again.
  await saveReport('json');
  expect([fake.calls.exportModel.length, fake.calls.evaluate.length]).toEqual([1, 1]);
});

test('without a model there is nothing to report', async () => {
  useDocument.setState({ opened: null });
  await expect(currentReport()).rejects.toMatchObject({ code: 'bad-model' });
});
