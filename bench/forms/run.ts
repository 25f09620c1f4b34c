/**
 * Writes every form of every model of a folder, on the engine in Node, for judge.py to load: one line each with bytes and what was left
 * out. See README.md.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { toPlainError } from '../../src/base/errors';
import type { Dataset } from '../../src/data/types';
import { exportProven } from '../../src/engine/worker/proof';
import type { Proof } from '../../src/engine/protocol/index';
import { Workbench } from '../../src/engine/worker/workbench';
import { randomFeeds } from '../../src/runtime/feeds';
import type { Recipe, RecipeStep } from '../../src/recipe/types';
import { engineOn, job, ON } from '../engine';
import { defineBench, UsageProblem } from '../harness/bench';
import { pythonOf } from '../harness/python';

const quantize = (options: NonNullable<RecipeStep['options']>): RecipeStep => ({ id: 'quantize-weights', options });
const FORMS: Readonly<Record<string, readonly RecipeStep[]>> = {
  packed8: [quantize({ bits: 8, storage: 'packed' })],
  packed4: [quantize({ bits: 4, storage: 'packed' })],
  packed3: [quantize({ bits: 3, storage: 'packed' })],
  dequantize8: [quantize({ bits: 8, storage: 'dequantize' })],
  matmulnbits2: [quantize({ bits: 2, storage: 'matmulnbits', granularity: 'block', blockSize: 16 })],
  matmulnbits4: [quantize({ bits: 4, storage: 'matmulnbits', granularity: 'block', blockSize: 32 })],
  matmulnbits8: [quantize({ bits: 8, storage: 'matmulnbits', granularity: 'block', blockSize: 256 })],
  hqq4: [quantize({ bits: 4, rounding: 'hqq' })],
  clusters16: [{ id: 'cluster-weights', options: { clusters: 16 } }],
  clusters16channel: [{ id: 'cluster-weights', options: { clusters: 16, granularity: 'channel' } }],
  equalized8: [{ id: 'equalize-layers' }, quantize({ bits: 8 })],
  gptq4: [quantize({ bits: 4, rounding: 'gptq', inputs: 'original' })],
  corrected4: [quantize({ bits: 4 }), { id: 'correct-bias', options: { means: 'norms' } }],
  static8: [{ id: 'quantize-static' }],
  staticint8: [{ id: 'quantize-static', options: { activationType: 'int8' } }],
  dynamic8: [{ id: 'quantize-dynamic' }],
  float16: [{ id: 'convert-float16' }],
};

export const bench = defineBench({
  what: 'Every form of every model of a folder, held to onnx.checker and native onnxruntime in Python.',
  usage: 'MODELS OUT [--on native|wasm]',
  options: ON,
  async run({ values, positionals: [folder, out], say, figure }) {
    if (folder === undefined || out === undefined) throw new UsageProblem('A folder of models and one for the files are needed.');
    const engine = engineOn(values.on);
    mkdirSync(out, { recursive: true });
    let written = 0;
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.onnx'))) {
      const doc = await engine.openModel(join(folder, file));
      const data = madeUp(doc.summary.inputs);
      const workbench = new Workbench(doc, engine.platform, () => ({ data, calibration: 2 }));
      for (const [form, passes] of Object.entries(FORMS)) {
        const from = performance.now();
        try {
          const recipe: Recipe = { version: 1, target: 'wasm', passes: [{ id: 'fold-batchnorm' }, ...passes] };
          const exported = await exportProven(workbench, data, recipe, job);
          writeFileSync(join(out, `${basename(file, '.onnx')}.${form}.onnx`), new Uint8Array(await exported.blob.arrayBuffer()));
          written += 1;
          const skipped = exported.steps.flatMap((step) => step.skipped);
          say(
            `${file} ${form}: ${exported.bytes} bytes, ${((performance.now() - from) / 1000).toFixed(1)} s, ` +
              `${exported.steps.map((step) => step.changed).join('+')} changed, ${skipped.length} named; ${inWords(exported.proof)}`,
          );
        } catch (error) {
          say(`${file} ${form}: refused, ${toPlainError(error).message}`);
        }
      }
    }
    const judged = spawnSync(pythonOf('judges'), [join(import.meta.dirname, 'judge.py'), out], {
      stdio: ['ignore', 'pipe', 'inherit'],
      encoding: 'utf8',
    });
    say(judged.stdout);
    figure('files written', 'files', written);
    figure('of them not valid, or not loaded', 'files', judged.stdout.split('FAILED').length - 1);
  },
});

/**
 * How far the written file is from the opened one, from the studio's values, and the graph without loss from the opened file: parts of the
 * output's range.
 */
function inWords({ ran, reason, difference, studio, lossless, faults }: Proof): string {
  return ran
    ? `off by ${part(difference)}, studio ${part(studio)}, lossless ${part(lossless)}${faults.map((fault) => `; FAULT ${fault}`).join('')}`
    : `not run: ${reason ?? ''}`;
}

function part(check: { readonly relative: number } | null): string {
  return check?.relative.toExponential(1) ?? '-';
}

/** Four samples of noise of the model's first sizes: enough to calibrate a form, not to judge it. null where the sizes are open. */
function madeUp(
  inputs: readonly { readonly name: string; readonly type: string; readonly shape: readonly (number | string)[] | null }[],
): Dataset | null {
  const [input] = inputs;
  const sizes = input?.shape?.slice(1) ?? [];
  if (
    inputs.length !== 1 ||
    input === undefined ||
    input.type !== 'float32' ||
    sizes.length !== 3 ||
    sizes.some((size) => typeof size === 'string')
  )
    return null;
  const [channels = 1, height = 1, width = 1] = sizes.map(Number);
  const sampleSize = channels * height * width;
  return {
    kind: 'images',
    length: 4,
    card: {
      version: 1,
      task: 'classification',
      data: '',
      format: 'npy',
      input: { layout: 'NCHW', size: [height, width], channels: channels === 1 ? 'L' : 'RGB', scale: 1, mean: [0], std: [1] },
    },
    labels: null,
    classNames: null,
    problems: { count: 0, first: [] },
    sampleSize,
    batchShape: (n) => [n, channels, height, width],
    read: (index, into, offset) => {
      const feed = randomFeeds([{ name: 'x', type: 'float32', dims: [1, channels, height, width] }], { seed: index + 1 })['x'];
      if (feed?.data instanceof Float32Array) into.set(feed.data, offset);
      return Promise.resolve();
    },
    pixels: () => Promise.reject(new Error('noise has no pixels')),
  };
}
