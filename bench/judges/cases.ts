/** What is judged: every model, and the recipes it goes through. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ROOT } from '../harness/machine';

const SAMPLES = join(ROOT, 'public/samples');

export interface Model {
  readonly name: string;
  readonly path: string;
  /** Evaluation card of labelled samples; null where there is none. */
  readonly card: string | null;
}

/** One run of `npm run optimize`. */
export interface Case {
  readonly model: Model;
  /** Short name of the recipe, part of file names. */
  readonly id: string;
  readonly target: 'wasm' | 'webgpu';
  readonly passes: readonly object[];
  /** Samples scored; null: the model's card is left out. */
  readonly limit: number | null;
}

const fold = { id: 'fold-batchnorm' };
const quantize = (bits: number, options: object = {}): object => ({ id: 'quantize-weights', options: { bits, ...options } });
const prune = { id: 'prune-weights', options: { sparsity: 0.6 } };

/** The models of the folder that WHITTLE_DATA names (a line says so where none is named) and the samples that are not among them. */
export function findModels(): Model[] {
  const data = process.env['WHITTLE_DATA'];
  if (!data) console.log('WHITTLE_DATA names no folder: only the samples are judged.');
  const models = data ? readdirSync(join(data, 'models')).map((file) => modelAt(join(data, 'models', file), data)) : [];
  for (const folder of [SAMPLES, join(SAMPLES, 'npm')]) {
    const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.onnx')) : [];
    for (const file of files)
      if (!models.some(({ path }) => same(path, join(folder, file)))) models.push(modelAt(join(folder, file), SAMPLES));
  }
  return models;
}

function modelAt(path: string, cards: string): Model {
  const name = basename(path, '.onnx');
  const card = join(cards, `${name}.card.json`);
  return { name, path, card: existsSync(card) ? card : null };
}

function same(a: string, b: string): boolean {
  return statSync(a).size === statSync(b).size && readFileSync(a).equals(readFileSync(b));
}

/** Issue 2's line for every model; on single models the other widths, storages and zeros. */
export function casesOf(models: readonly Model[]): Case[] {
  const all = models.map((model): Case => ({ model, id: 'fold8', target: 'wasm', passes: [fold, quantize(8)], limit: 500 }));
  const on = (name: string, id: string, ...passes: readonly object[]): Case[] =>
    models.filter((model) => model.name === name).map((model) => ({ model, id, target: 'wasm', passes, limit: null }));
  return [
    ...all,
    // The rest runs on WASM, which is many times faster than a software GPU.
    ...models
      .filter(({ name }) => name === 'digits')
      .map((model): Case => ({ model, id: 'webgpu8', target: 'webgpu', passes: [fold, quantize(8)], limit: 500 })),
    ...[2, 3, 4, 5, 6, 7].flatMap((bits) => on('squeezenet1.1', `packed${bits}`, quantize(bits, { storage: 'packed' }))),
    ...on('squeezenet1.1', 'prune', prune),
    ...on('squeezenet1.1', 'prune-quantize4', prune, quantize(4)),
    ...on('squeezenet1.1', 'quantize4-prune', quantize(4), prune),
    ...on('squeezenet1.1', 'half', { id: 'convert-float16' }),
    ...on('mobilenet_v2_1.0_224', 'dequantize8', fold, quantize(8, { storage: 'dequantize' })),
    ...on('mobilenet_v2_1.0_224', 'asymmetric3', fold, quantize(3, { scheme: 'asymmetric' })),
    ...on('ppocrv4_rec', 'packed4-blocks', fold, quantize(4, { granularity: 'block', storage: 'packed' })),
    ...on('ppocrv4_rec', 'matmulnbits4', fold, quantize(4, { granularity: 'block', storage: 'matmulnbits' })),
    ...on('silero_vad_v5', 'packed5-prune', prune, quantize(5)),
    ...on('magika', 'matmulnbits8', quantize(8, { granularity: 'block', storage: 'matmulnbits' })),
    ...on('magika', 'dequantize4', quantize(4, { storage: 'dequantize' })),
  ];
}
