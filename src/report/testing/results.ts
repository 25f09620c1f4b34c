/** Results of every kind, made up, with figures that differ from each other; and the least a report can be made of. */
import type { BackendCheck, Chance, Latency, Layer, Placement, Proof, Recipe, SensitivityCell } from '../../engine/protocol/index';
import type { Results } from '../types';

/** What a file's author could write into a name. */
export const HOSTILE = '</script><script>alert("1")</script> | `*_\n# a';

const recipe: Recipe = {
  version: 1,
  target: 'webgpu',
  passes: [
    { id: 'prune-weights', options: { sparsity: 0.5 } },
    { id: 'quantize-weights', options: { bits: 4 }, overrides: { conv1: { bits: 6 } } },
  ],
};

const latency = (median: number, p10: number, p90: number, samples: readonly number[]): Latency => ({
  median,
  p10,
  p90,
  runs: samples.length,
  repeats: 1,
  samples,
});
const before = latency(10.2, 10.05, 10.4, [10.05, 10.2, 10.21, 10.4, 10.11, 10.3, 10.15, 10.25, 10.19, 10.22]);
const after = latency(8.1, 7.95, 8.3, [7.95, 8.1, 8.15, 8.3, 8.05, 41.7, 8.12, 8.07, 8.09, 8.11]);
const check = (maxAbs: number, verdict: string): BackendCheck => ({
  ok: true,
  checked: 'webgpu',
  maxAbs,
  sqnrDb: 101.5,
  layout: 'NHWC',
  repaired: false,
  verdict,
});
const layer = (id: string, op: string, shape: readonly number[], params: number): Layer => ({
  id,
  op,
  shape,
  params,
  type: 'float32',
  bytes: params * 4,
  view: { outer: 1, channels: shape[0] ?? 1, inner: 1 },
  source: 'initializer',
  inSubgraph: false,
  tensorName: id,
  macs: params * 49,
});
const LAYERS = [layer('conv1', 'Conv', [64, 3, 3, 3], 1728), layer('fire2/squeeze', 'Conv', [16, 64, 1, 1], 1024)] as const;
const placement = (gpuNodes: number, cpuNodes: number, msOfConv: number): Placement => ({
  nodes: [{ name: 'conv1', op: 'Conv', provider: 'GPU', ms: msOfConv }],
  operators: [
    { op: 'Conv', provider: 'GPU', count: 26, ms: msOfConv },
    { op: 'Softmax', provider: 'CPU', count: cpuNodes, ms: null },
  ],
  gpuNodes,
  cpuNodes,
  copies: { toHost: 0, fromHost: cpuNodes, waitMs: 0.37 },
  runs: 9,
  gpuStepMs: 0.1,
});
const cell = (layerId: string, bits: number, kl: number): SensitivityCell => ({
  layerId,
  kind: 'bits',
  value: bits,
  kl,
  sqnrDb: 20,
  top1: 59.25,
  top1Before: 60.5,
  agreement: 97.5,
  weightSqnrDb: 21,
  bytes: 123,
});
const [tench, shark] = [
  { index: 0, name: 'n01440764 tench, Tinca tinca' },
  { index: 2, name: 'n01484850 great white shark' },
];

/** Hits of a model whose samples are prepared wrongly. */
export const BY_CHANCE: Chance = { hits: 1, samples: 500, expected: 0.001, p: 0.39, told: false, labels: 310 };

export const LEAST: Results = {
  recipe,
  date: new Date('2026-11-24T12:34:56Z'),
  environment: null,
  opened: {
    summary: {
      name: 'net.onnx',
      bytes: 4_953_397,
      opset: 12,
      irVersion: 7,
      producer: 'made up',
      params: 1_235_496,
      macs: null,
      nodes: 66,
      ops: { Conv: 26 },
      inputs: [],
      outputs: [],
    },
    layers: LAYERS,
    skipped: [],
    sha256: 'ab12'.repeat(16),
    gzipBytes: null,
  },
  data: null,
  originalCheck: null,
  preview: null,
  exported: null,
  measurements: [],
  evaluation: null,
  throughput: null,
  profile: null,
  forms: null,
  sizes: null,
  truth: null,
  sensitivity: null,
  asked: null,
  tried: [],
};

const stateOf = ({ id, op, shape, params, macs }: Layer) => ({ id, op, shape, params, macs });
const states = [
  { ...stateOf(LAYERS[0]), bits: 6, storage: 'packed', sparsity: 0.5123, sqnrDb: 22.75, bytesBefore: 6912, bytesAfter: 1550 },
  { ...stateOf(LAYERS[1]), bits: 32, storage: 'float', sparsity: 0, sqnrDb: null, bytesBefore: 4096, bytesAfter: 4096 },
] as const;
const steps = [
  { id: 'prune-weights', note: 'Half of the weights are zero.', changed: 2, skipped: [{ layer: 'fc', reason: 'It is a bias.' }] },
];

/** A file that ran as it should. */
export const PROOF: Proof = {
  loaded: true,
  ran: true,
  runnable: true,
  reason: null,
  inputs: { count: 4, madeUp: null },
  difference: { maxAbs: 0.0625, relative: 0.0625, sqnrDb: 21.5 },
  nonFinite: [],
  studio: { ok: true, maxAbs: 1.5e-6, relative: 1.5e-6, sqnrDb: 110.5 },
  lossless: null,
  faults: [],
};

export const FULL: Results = {
  ...LEAST,
  environment: {
    compute: { kind: 'webgpu', name: 'acme gpu-1', features: [], maxBufferBytes: 1, software: false },
    providers: ['webgpu', 'wasm'],
    wasmThreads: 4,
    browser: 'Chrome 156',
    fallbackReason: null,
  },
  opened: { ...LEAST.opened, gzipBytes: 4_601_234 },
  data: {
    name: 'net.card.json',
    samples: 500,
    split: { calibration: 128, heldOut: 372, scored: 372 },
    classes: 1000,
    labelled: true,
    card: {
      version: 1,
      task: 'classification',
      data: 'folder',
      format: 'folders',
      input: { layout: 'NCHW', size: [224, 224], channels: 'BGR', scale: 1, mean: [104, 117, 123], std: [1, 1, 1] },
    },
    problems: { count: 2, first: ['a.jpg does not decode', 'b.jpg has no label'] },
  },
  originalCheck: check(3.1e-5, 'WebGPU agrees with WASM, max error 3.1e-5'),
  preview: {
    recipe,
    layers: [{ ...states[0], bytesAfter: 1600 }, states[1]],
    steps,
    predictedBytes: 1_310_000,
    predictedGzipBytes: 910_000,
  },
  exported: { recipe, name: 'net.w.onnx', bytes: 1_302_345, gzipBytes: 903_456, layers: states, steps, proof: PROOF },
  measurements: [
    {
      recipe,
      ep: 'webgpu',
      before,
      after,
      startup: { before: { createMs: 120.5, firstRunMs: 40.25 }, after: { createMs: 131.5, firstRunMs: 43.75 } },
      check: check(4.2e-5, 'WebGPU agrees with WASM, max error 4.2e-5'),
    },
    {
      recipe,
      ep: 'wasm',
      before: latency(31, 30.5, 32, [30.5, 31, 32]),
      after: latency(31.1, 30.6, 32.1, [30.6, 31.1, 32.1]),
      startup: { before: { createMs: 61, firstRunMs: 33 }, after: { createMs: 62, firstRunMs: 34 } },
      check: check(0, ''),
    },
  ],
  evaluation: {
    recipe,
    of: 'file',
    madeUp: null,
    ep: 'webgpu',
    before: { top1: 59.6, top1Interval: { low: 55.24, high: 63.81 }, top5: 81.6, top5Interval: { low: 77.96, high: 84.75 }, samples: 500 },
    after: { top1: 58.8, top1Interval: { low: 54.43, high: 63.03 }, top5: 81.2, top5Interval: { low: 77.53, high: 84.38 }, samples: 500 },
    agreement: { top1: 93.2, changed: 2, cosine: 0.991234, sqnrDb: 17.35, maxAbs: 2.125, samples: 500 },
    outputs: [{ name: 'softmax', cosine: 0.9925, sqnrDb: 17.65, maxAbs: 2.25, kl: 0.0473 }],
    classes: [
      { ...tench, samples: 3, before: 2, after: 1, worse: 1, better: 0, p: 1 },
      { ...shark, samples: 4, before: 2, after: 3, worse: 0, better: 1, p: 1 },
    ],
    confusion: [
      { label: tench, answer: shark, before: 7, after: 11 },
      { label: shark, answer: tench, before: 4, after: 5 },
    ],
    changed: {
      total: 2,
      worse: 1,
      better: 0,
      bothWrong: 1,
      moves: [{ from: tench, to: shark, count: 1 }],
      listed: [
        { sample: 17, label: tench, kind: 'worse', before: { ...tench, confidence: 0.515 }, after: { ...shark, confidence: 0.385 } },
        { sample: 401, label: { index: 1, name: null }, kind: 'both-wrong', before: { ...tench, confidence: 0.255 }, after: null },
      ],
    },
    paired: { worse: 9, better: 5, p: 0.302, difference: -0.8, interval: { low: -2.27, high: 0.66 } },
    chance: { hits: 298, samples: 500, expected: 0.004, p: 1e-300, told: true, labels: 310 },
    nonFinite: { before: 0, after: 0 },
  },
  throughput: {
    recipe,
    ep: 'webgpu',
    batches: [
      { batch: 1, before: { median: 98, p10: 96, p90: 99.5, runs: 20 }, after: { median: 123.5, p10: 120.5, p90: 125.5, runs: 20 } },
    ],
    ended: 'The model takes one sample at a time.',
  },
  profile: { recipe, ep: 'webgpu', before: placement(65, 1, 7.65), after: placement(66, 2, 5.43) },
  forms: {
    recipe,
    ep: 'webgpu',
    forms: [
      {
        form: 'original',
        label: 'Original',
        bytes: 4_953_397,
        gzipBytes: 4_601_234,
        ok: true,
        latency: before,
        ratio: { median: 1.004, low: 0.982, high: 1.021 },
        note: '',
      },
      {
        form: 'packed',
        label: 'Packed, 4 bits',
        bytes: 701_234,
        gzipBytes: 651_234,
        ok: true,
        latency: after,
        ratio: { median: 0.794, low: 0.781, high: 0.812 },
        note: '',
      },
      {
        form: 'float16-full',
        label: 'Full float16',
        bytes: null,
        gzipBytes: null,
        ok: false,
        latency: null,
        ratio: null,
        note: 'This device has no shader-f16.',
      },
    ],
  },
  sizes: {
    recipe,
    before: { bytes: 4_953_397, gzipBytes: 4_601_234, brotliBytes: 4_550_001 },
    after: { bytes: 1_302_345, gzipBytes: 903_456, brotliBytes: 880_002 },
    layers: [
      {
        id: 'conv1',
        before: { bytes: 6912, gzipBytes: 6401, brotliBytes: 6302 },
        after: { bytes: 1550, gzipBytes: 1203, brotliBytes: null },
      },
    ],
    brotliQuality: { files: 11, layers: 9 },
    complete: false,
  },
  truth: {
    recipe,
    sentences: [
      { level: 'faster', text: "This recipe took 0.79× the original's time." },
      { level: 'unknown', text: 'Int8 products: not measured. No packed dot product.' },
    ],
  },
  sensitivity: {
    recipe,
    options: { bits: [2, 4], sparsities: [], samples: 64 },
    cells: [cell('conv1', 2, 0.412), cell('conv1', 4, 0.0213), cell('fire2/squeeze', 2, 0.0071)],
    finished: {
      recipe,
      options: { bits: [2, 4], sparsities: [], samples: 64 },
      cells: [],
      skipped: [],
      layers: 2,
      samples: 64,
      top1: 60.9375,
      resumed: 0,
      sessionsCreated: 0,
      inferenceMs: 55_000,
      totalMs: 61_000,
    },
  },
  asked: { by: 'plan', budget: { kind: 'points', points: 1, samples: null }, predictedLoss: 0.04, needed: 963 },
  tried: [
    {
      label: 'Prune 50 %, 4 bits',
      bytes: 1_302_345,
      exact: true,
      top1: 58.8,
      top1Interval: { low: 54.43, high: 63.03 },
      agreement: 93.2,
      time: { median: 0.794, low: 0.781, high: 0.812 },
      note: 'this one',
    },
    { label: '8 bits', bytes: 1_250_000, exact: false, top1: null, top1Interval: null, agreement: 99.25, time: null, note: '' },
  ],
};

/** Every text that a file brings along is hostile. */
export const ATTACK: Results = {
  ...FULL,
  opened: { ...FULL.opened, summary: { ...FULL.opened.summary, name: `${HOSTILE}.onnx` }, layers: [layer(HOSTILE, HOSTILE, [1], 4)] },
  data: FULL.data && { ...FULL.data, name: HOSTILE, problems: { count: 1, first: [HOSTILE] } },
  exported: FULL.exported && {
    ...FULL.exported,
    layers: [{ ...states[0], id: HOSTILE, op: HOSTILE }],
    steps: [{ id: HOSTILE, note: HOSTILE, changed: 1, skipped: [{ layer: HOSTILE, reason: HOSTILE }] }],
  },
  evaluation: FULL.evaluation && {
    ...FULL.evaluation,
    outputs: FULL.evaluation.outputs.map((output) => ({ ...output, name: HOSTILE })),
    classes: [{ index: 0, name: HOSTILE, samples: 1, before: 1, after: 0, worse: 1, better: 0, p: 0.01 }],
    confusion: [{ label: { index: 0, name: HOSTILE }, answer: { index: 1, name: HOSTILE }, before: 1, after: 0 }],
    changed: FULL.evaluation.changed && {
      ...FULL.evaluation.changed,
      moves: [{ from: { index: 0, name: HOSTILE }, to: { index: 1, name: HOSTILE }, count: 1 }],
      listed: [
        {
          sample: 0,
          label: { index: 0, name: HOSTILE },
          kind: 'worse',
          before: { index: 0, name: HOSTILE, confidence: 1 },
          after: { index: 1, name: HOSTILE, confidence: 1 },
        },
      ],
    },
  },
  sensitivity: FULL.sensitivity && { ...FULL.sensitivity, cells: [cell(HOSTILE, 4, 1)] },
  truth: { recipe, sentences: [{ level: 'same', text: HOSTILE }] },
};
