import { beforeEach, expect, test, vi } from 'vitest';
import type { LayerState, Measurement, Preview, Profile, Recipe, TruthEvidence } from '../engine/protocol/index';
import { clearResults, useResults } from './results';
import { followEvidence, refreshTruth } from './truth';

const asked: TruthEvidence[] = [];
vi.mock('./engine', () => ({
  theEngine: () =>
    Promise.resolve({
      truth: (_signal: AbortSignal, evidence: TruthEvidence) => {
        asked.push(evidence);
        return Promise.resolve({ recipe: evidence.recipe, sentences: [{ level: 'same', text: `${asked.length}` }] });
      },
    }),
}));

const recipe: Recipe = { version: 1, target: 'webgpu', passes: [{ id: 'quantize-weights' }] };
const other: Recipe = { ...recipe, passes: [] };
const figures = { op: 'Conv', params: 100, macs: 900, bits: 8, storage: 'packed', sparsity: 0.1 } as const;
const layer: LayerState = { ...figures, id: 'a', shape: [100], sqnrDb: 40, bytesBefore: 400, bytesAfter: 100 };
const preview = (of: Recipe): Preview => ({ recipe: of, layers: [layer], steps: [], predictedBytes: 100, predictedGzipBytes: null });
const latency = { median: 1, p10: 1, p90: 1, runs: 1, samples: [1], repeats: 1 };
const startup = { createMs: 1, firstRunMs: 1 };
const measurement = (of: Recipe, ep: 'webgpu' | 'wasm'): Measurement => ({
  recipe: of,
  ep,
  before: latency,
  after: latency,
  startup: { before: startup, after: startup },
  check: { ok: true, checked: null, maxAbs: 0, sqnrDb: null, layout: 'NHWC', repaired: false, verdict: '' },
});
const placement = {
  nodes: [],
  operators: [],
  gpuNodes: 0,
  cpuNodes: 0,
  copies: { toHost: 0, fromHost: 0, waitMs: 0 },
  runs: 1,
  gpuStepMs: null,
};
const profile = (of: Recipe): Profile => ({ recipe: of, ep: 'webgpu', before: placement, after: placement });

beforeEach(() => {
  clearResults();
  asked.length = 0;
});

test('evidence of another recipe or backend is left out', async () => {
  expect(await refreshTruth()).toBeNull();
  const onGpu = measurement(recipe, 'webgpu');
  useResults.setState({
    preview: preview(recipe),
    measurements: { webgpu: onGpu, wasm: measurement(recipe, 'wasm') },
    profile: profile(other),
  });
  await refreshTruth();
  expect(asked[0]).toEqual({
    recipe,
    layers: [figures],
    measurement: onGpu,
    benchmark: null,
    profile: null,
    forms: null,
  });
  expect(useResults.getState().truth?.sentences).toEqual([{ level: 'same', text: '1' }]);
});

test('sentences follow previews and measurements, and those of a superseded preview are not kept', async () => {
  followEvidence();
  useResults.setState({ benchmark: [] });
  expect(asked).toEqual([]);
  useResults.setState({ preview: preview(other) });
  useResults.setState({ preview: preview(recipe), profile: profile(recipe) });
  await vi.waitFor(() => expect(useResults.getState().truth?.recipe).toBe(recipe));
  expect(asked.at(-1)?.profile).not.toBeNull();
  const before = asked.length;
  useResults.setState({ benchmark: [] });
  await vi.waitFor(() => expect(asked).toHaveLength(before + 1));
});
