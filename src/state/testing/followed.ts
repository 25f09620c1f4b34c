/** A page that follows its sliders on a clock that the test turns. */
import { afterEach, beforeAll, beforeEach, expect, vi } from 'vitest';
import type { Evaluation, LayerHistogram, Preview, Recipe } from '../../engine/protocol/index';
import { FULL } from '../../report/testing/results';
import { useDocument } from '../document';
import { useJobs } from '../jobs';
import { followSliders, isSettled } from '../pipeline';
import { setOption, useRecipe } from '../recipe';
import { fakeEngine, type Call, type FakeEngine } from './fake-engine';
import { freshPage } from './fresh-page';

/** How long the pipeline waits after the last move. */
export const SETTLE_MS = 250;

let engine: FakeEngine;

/** The engine of the test that runs. */
export const fake = (): FakeEngine => engine;
export const recipe = (): Recipe => useRecipe.getState().recipe;
export const setBits = (bits: number): void => setOption(2, 'bits', bits);

/** Follows in every test of the file; each must leave nothing under way. */
export function followInTests(): void {
  beforeAll(() => {
    vi.useFakeTimers();
    followSliders();
  });
  beforeEach(async () => {
    engine = fakeEngine();
    freshPage();
    await pass(SETTLE_MS);
  });
  afterEach(() => {
    expect(useJobs.getState().quiet).toBe(0);
    expect(isSettled()).toBe(true);
  });
}

/** Lets time pass, and with it all that waits for nothing else. */
export async function pass(ms = 0): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
}

/** Opens the model; its preview and, with samples, its score are there. */
export async function openFollowed(samples = FULL.data): Promise<void> {
  useDocument.setState({ data: samples });
  useDocument.setState({ opened: FULL.opened });
  await pass(SETTLE_MS);
  (await engine.next('preview')).answer(previewOf(recipe()));
  await pass();
  if (samples) (await engine.next('evaluate')).answer(evaluationOf(recipe()));
  await pass();
}

/** Histograms asked for so far. */
export function drawn(): readonly Call<'histogram'>[] {
  return engine.calls.histogram;
}

/** Answers all histograms and curves of bits that are asked for, until none is left. */
export async function answerHistograms(): Promise<void> {
  for (let answered = 0; answered < engine.calls.histogram.length;) {
    const call = engine.calls.histogram[answered++];
    call?.answer(histogramOf(call.args[1], call.args[2]));
    await pass();
  }
  for (const { args, answer } of engine.calls.bitsCurve) answer(args[2].map((bits) => ({ bits, sqnrDb: 40, bytes: 100 })));
  await pass();
}

export function previewOf(of: Recipe): Preview {
  return { recipe: of, layers: [], steps: [], predictedBytes: 100, predictedGzipBytes: null };
}

export function evaluationOf(of: Recipe, kind: Evaluation['of'] = 'live'): Evaluation {
  if (!FULL.evaluation) throw new Error('There is no evaluation to make one of.');
  return { ...FULL.evaluation, recipe: of, of: kind };
}

export function histogramOf(layerId: string, channel: number | null = null): LayerHistogram {
  const bins = { lo: 0, hi: 1, counts: new Uint32Array(0) };
  const layer = { id: layerId, op: 'Conv', shape: [100], params: 100, macs: null };
  const state = { ...layer, bits: 8, storage: 'packed', sparsity: 0, sqnrDb: 40, bytesBefore: 400, bytesAfter: 100 } as const;
  return { layerId, channel, before: bins, after: bins, threshold: null, levels: null, step: null, state };
}
