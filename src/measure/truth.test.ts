import type { MatmulKind } from '../compute/operations/shared/matmul';
import type { MatmulTiming } from '../compute/operations/time-matmul';
import { expect, test } from 'vitest';
import type { Placement } from '../runtime/types';
import { truthSentences } from './truth';
import type { TruthInput, TruthLayer } from './truth-types';

const layer = (op: string, macs: number, changes: Partial<TruthLayer> = {}): TruthLayer => ({
  op,
  params: macs,
  macs,
  bits: 32,
  sparsity: 0,
  storage: 'float',
  ...changes,
});
const noRecipe = { fullFloat16: false, quantizedActivations: false, pruned: false, fewerChannels: false };
const base: TruthInput = {
  ep: 'webgpu',
  device: { name: 'apple metal-3', software: false, shaderF16: true },
  layers: [layer('Conv', 900), layer('Gemm', 100)],
  ops: { Conv: 1, Gemm: 1 },
  recipe: noRecipe,
  measured: null,
  benchmark: null,
  placement: null,
  forms: null,
};
const say = (changes: Partial<TruthInput>): string[] => truthSentences({ ...base, ...changes }).map((s) => `${s.level}: ${s.text}`);
/** Levels and texts of the sentences that match. */
const about = (pattern: RegExp, changes: Partial<TruthInput>): string[] => say(changes).filter((s) => pattern.test(s));

const form = (id: string, median: number, low: number, high: number) => ({
  form: id,
  label: `Form ${id}`,
  ok: true,
  ratio: { median, low, high },
  note: '',
});

test('nothing measured: each gap is named, and no digit is claimed', () => {
  const sentences = say({});
  expect(sentences.filter((s) => s.startsWith('unknown'))).toHaveLength(4);
  expect(sentences.every((s) => !s.startsWith('unknown') || s.includes('not measured yet'))).toBe(true);
  expect(sentences).toContain('same: The weights keep their form: same size, same speed.');
  expect(sentences.join('').replaceAll(/int8|[Ff]loat16|float32/g, '')).not.toMatch(/\d/);
});

test('storage: packed and float16 weights are smaller at the same speed, DequantizeLinear only smaller', () => {
  const layers = [
    layer('Conv', 1, { storage: 'packed', bits: 4 }),
    layer('Conv', 1, { storage: 'packed', bits: 2 }),
    layer('Conv', 1, { storage: 'dequantize', bits: 8 }),
    layer('Gemm', 1, { storage: 'float16', bits: 16 }),
  ];
  expect(about(/layers/, { layers })).toEqual([
    'smaller: 2 of 4 layers packed at 2, 4 bits: smaller, and the same speed after loading, because they are decoded once.',
    'smaller: 1 of 4 layers decoded by DequantizeLinear in every run: int8 convolution weights are only smaller, never faster.',
    'smaller: 1 of 4 layers stored in float16 and widened once at load: smaller, same speed.',
  ]);
});

test('codes that integer kernels compute on are not called decoded in every run', () => {
  const layers = [layer('Conv', 1, { storage: 'dequantize', bits: 8 })];
  const recipe = { ...noRecipe, quantizedActivations: true };
  expect(about(/DequantizeLinear|int8 codes/, { layers, recipe, ep: 'wasm' })).toEqual([
    'smaller: 1 of 1 layer stored as int8 codes, which integer kernels compute on where activations are quantized too.',
  ]);
  expect(about(/DequantizeLinear|int8 codes/, { layers, recipe, ep: 'webgpu' })[0]).toContain('decoded by DequantizeLinear');
});

test('MatMulNBits is called faster by a measurement alone; without one its documented gain is said, where MatMul is most work', () => {
  const codes = { storage: 'matmulnbits', bits: 4 } as const;
  const heavy = [layer('Conv', 70), layer('MatMul', 930, codes)];
  const unknown = [layer('Conv', 70, { macs: null }), layer('MatMul', 930, { ...codes, macs: null })];
  const light = [layer('Conv', 900), layer('MatMul', 100, codes)];
  expect(about(/MatMulNBits/, { layers: heavy })).toEqual([
    'smaller: 1 of 2 layers computed on their codes by MatMulNBits (93 % of the multiply-adds): ' +
      'smaller. Documented as faster on WebGPU for a model made of MatMul, not measured here.',
  ]);
  const tried = [form('matmulnbits', 0.71, 0.69, 0.74)];
  const failed = [{ ...form('matmulnbits', 1, 1, 1), ok: false, ratio: null }];
  expect(about(/MatMulNBits/, { layers: heavy, forms: tried })[0]).toMatch(
    /smaller\. What it does to speed was measured on this device\.$/,
  );
  expect(about(/MatMulNBits/, { layers: heavy, measured: { median: 2, low: 1.9, high: 2.1 } })[0]).toMatch(/measured on this device\.$/);
  for (const forms of [failed, [form('packed', 0.5, 0.4, 0.6)]])
    expect(about(/MatMulNBits/, { layers: heavy, forms })[0]).toContain('not measured here');
  expect(about(/MatMulNBits/, { layers: light })[0]).toMatch(/^smaller: .*10 %.*too little/);
  expect(about(/MatMulNBits/, { layers: heavy, ep: 'wasm' })[0]).toMatch(/^smaller: .*WASM gains no speed/);
  // Without MACs the share is of the weights, and says so.
  expect(about(/MatMulNBits/, { layers: unknown })[0]).toContain('93 % of the weights');
});

test('full float16 depends on shader-f16', () => {
  const recipe = { ...noRecipe, fullFloat16: true };
  const layers = [layer('Conv', 1, { storage: 'float16', bits: 16 })];
  expect(about(/[Ff]ull float16/, { recipe, layers })[0]).toMatch(
    /^smaller: .*Documented as faster where half precision is, not measured here/,
  );
  expect(about(/[Ff]ull float16/, { recipe, layers, device: { ...base.device, shaderF16: false } })[0]).toMatch(
    /^warning: .*shader-f16.*cannot run/,
  );
  expect(about(/[Ff]ull float16/, { recipe, layers, ep: 'wasm' })[0]).toMatch(/^smaller/);
  expect(about(/widened/, { recipe, layers })).toEqual([]);
});

test('zeros are smaller and never faster, channels are both', () => {
  const layers = [layer('Conv', 300, { sparsity: 0.8 }), layer('Conv', 100, { sparsity: 0 })];
  expect(about(/zero/, { layers, recipe: { ...noRecipe, pruned: true } })).toEqual([
    'smaller: 60 % of the weights are zero: smaller once compressed, never faster, because the kernels multiply zeros too.',
  ]);
  // Coarse grids round weights to zero too, which is not pruning.
  expect(about(/zero/, { layers })).toEqual([]);
  expect(about(/channels/, { recipe: { ...noRecipe, fewerChannels: true } })[0]).toMatch(/^smaller: .*not measured here/);
});

const placed = (changes: Partial<Placement>): Placement => ({
  nodes: [],
  operators: [],
  gpuNodes: 12,
  cpuNodes: 0,
  copies: { toHost: 0, fromHost: 0, waitMs: 0 },
  runs: 10,
  gpuStepMs: 0.1,
  ...changes,
});

test('quantized activations on WebGPU warn: before a profile by the rule, after it with the nodes and copies seen', () => {
  const ops = { QuantizeLinear: 8, DequantizeLinear: 12, Conv: 4 };
  expect(about(/activations/, { ops })[0]).toMatch(/^warning: .*wrong form for WebGPU.*copy each way/);
  expect(about(/not measured yet/, { ops })).toContain('unknown: Where each operator runs: not measured yet.');
  const placement = placed({
    operators: [
      { op: 'Conv', provider: 'GPU', count: 4, ms: 1 },
      { op: 'QuantizeLinear', provider: 'CPU', count: 8, ms: 1 },
    ],
    cpuNodes: 8,
    copies: { toHost: 7, fromHost: 8, waitMs: 3 },
  });
  expect(about(/activations/, { ops, placement })).toEqual([
    'warning: Quantized activations are the wrong form for WebGPU: QuantizeLinear (8) ran on the CPU, ' +
      'with 15 copies between GPU and CPU in every run. They suit WASM and native runtimes.',
  ]);
  expect(about(/activations/, { ops, ep: 'wasm' })[0]).toMatch(/^unknown: .*suit WASM.*not measured here/);
  expect(about(/activations/, { ops, ep: 'wasm', measured: { median: 0.5, low: 0.4, high: 0.6 } })[0]).toMatch(/^smaller: .*suit WASM/);
  expect(about(/activations/, { recipe: { ...noRecipe, quantizedActivations: true } })[0]).toMatch(/^warning/);
});

test('operators without a kernel are named with what they cost; small ones that cost no copy are no warning', () => {
  const cost = placed({
    operators: [{ op: 'GridSample', provider: 'CPU', count: 1, ms: 2 }],
    cpuNodes: 1,
    copies: { toHost: 1, fromHost: 0, waitMs: 1 },
  });
  expect(about(/CPU/, { placement: cost })).toContain('warning: GridSample ran on the CPU, with 1 copy between GPU and CPU in every run.');
  expect(about(/nodes ran/, { placement: placed({ cpuNodes: 3 }) })).toEqual([
    'same: 12 nodes ran on the GPU, with no copies to the CPU in between. 3 on the CPU cost no copy.',
  ]);
});

const timing = (kind: MatmulKind, size: number, median: number | null, spread = 0.01): MatmulTiming => ({
  kind,
  size,
  gops: median === null ? null : { median, p10: median * (1 - spread), p90: median * (1 + spread), runs: 24 },
  clock: 'timestamp-query',
  reason: median === null ? 'This GPU has no half precision (shader-f16).' : '',
});

test('the benchmark speaks by the largest size, with its spread', () => {
  const benchmark = [
    timing('f32', 256, 100),
    timing('int8', 256, 90),
    timing('f32', 1024, 200),
    timing('f16', 1024, 380),
    timing('int8', 1024, 206, 0.05),
  ];
  expect(about(/products/, { benchmark })).toEqual([
    'faster: Float16 products of 1024 × 1024 took 0.53× the time of float32 (0.52–0.54) on this device.',
    'same: Int8 products of 1024 × 1024 took 0.97× the time of float32 (0.92–1.03) on this device.',
  ]);
  expect(about(/Float16 products/, { benchmark: [timing('f32', 256, 100), timing('f16', 256, null)] })).toEqual([
    'unknown: Float16 products: not measured. This GPU has no half precision (shader-f16).',
  ]);
  expect(about(/software/, { device: { name: 'SwiftShader', software: true, shaderF16: false } })[0]).toMatch(/^warning/);
});

test('measured forms and the recipe speak by their intervals; a noisy device warns', () => {
  const forms = [
    form('original', 1.01, 0.99, 1.03),
    form('packed', 1.02, 0.98, 1.04),
    form('matmulnbits', 0.71, 0.69, 0.74),
    { form: 'float16-full', label: 'Full float16', ok: false, ratio: null, note: 'No shader-f16.' },
  ];
  expect(about(/Form|Full/, { forms })).toEqual([
    "same: Form packed took 1.02× the original's time (95 % interval 0.98–1.04), no measurable change.",
    "faster: Form matmulnbits took 0.71× the original's time (95 % interval 0.69–0.74).",
    'unknown: Full float16: not measured. No shader-f16.',
  ]);
  expect(about(/second copy/, { forms: [form('original', 1.2, 1.15, 1.3)] })[0]).toMatch(
    /^warning: A second copy of the original took 1\.20× the/,
  );
  expect(about(/second copy/, { forms: [form('original', 1.01, 0.8, 1.2)] })[0]).toMatch(/^warning/);
  expect(say({ measured: { median: 1.3, low: 1.2, high: 1.4 } })[0]).toBe(
    "slower: This recipe took 1.30× the original's time (95 % interval 1.20–1.40).",
  );
});

test('nothing is at the level "faster" without a measurement on this device', () => {
  const recipe = { fullFloat16: true, quantizedActivations: true, pruned: true, fewerChannels: true };
  const layers = (['packed', 'dequantize', 'matmulnbits', 'float16'] as const).flatMap((storage) => [
    layer('MatMul', 900, { storage }),
    layer('Conv', 1, { storage }),
  ]);
  for (const ep of ['wasm', 'webgpu'] as const)
    expect(say({ ep, recipe, layers, ops: { QuantizeLinear: 1 } }).filter((s) => s.startsWith('faster'))).toEqual([]);
});

test('no sentence praises, shouts or runs on', () => {
  const all = [
    say({}),
    say({
      benchmark: [timing('f32', 8, 1), timing('f16', 8, 2), timing('int8', 8, 2)],
      recipe: { fullFloat16: true, quantizedActivations: true, pruned: true, fewerChannels: true },
      layers: [layer('Conv', 1, { sparsity: 0.5, storage: 'packed' })],
    }),
  ].flat();
  for (const sentence of all) expect(sentence).toMatch(/^\w+: [A-Z0-9][^!]*\.$/);
});
