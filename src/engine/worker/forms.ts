/** The ways in which this model's weights can be stored, each really exported and run against the original. */
import { toPlainError, WhittleError } from '../../base/errors';
import type { Job } from '../../base/job';
import { pairedRatio } from '../../base/stats';
import { counted } from '../../base/plural';
import type { Dataset } from '../../data/types';
import type { LatencyOptions } from '../../measure/latency';
import { gzipSize } from '../../measure/size';
import { convertFloat16Meta } from '../../passes/convert-float16/meta';
import { quantizeWeightsMeta } from '../../passes/quantize-weights/meta';
import { bitsStep, makeStep } from '../../recipe/steps';
import { targetFor } from '../../recipe/targets';
import type { Recipe, RecipeStep } from '../../recipe/types';
import { PROVIDERS, type Provider } from '../../runtime/providers';
import type { Feeds } from '../../runtime/types';
import type { FormComparison, FormId, FormResult } from '../protocol/index';
import { oneFile } from './document';
import { exportModel } from './export';
import { chooseSides, oneSample, timePair, usesHalf, withPair } from './pair';
import type { Workbench } from './workbench';

/** Shorter than a measurement: there are several pairs, and a difference worth choosing a form for shows in these. */
const TIMING: LatencyOptions = { warmup: 2, runs: 30, budgetMs: 5000 };

/** DequantizeLinear takes a scale a channel from this opset on. */
const CHANNEL_OPSET = 13;

interface Form {
  readonly form: FormId;
  readonly label: string;
  /** null: the original as it is. */
  readonly step: RecipeStep | null;
  /** Why it cannot be made for this model on this device; null where it can. */
  readonly reason: string | null;
}

/**
 * Runs each form that fits the model against the original, one pair of sessions at a time. Forms hold the storage alone, without the
 * recipe's other passes, so that a difference is the form's; packed takes the recipe's bits. A form that cannot be made, or is wrong,
 * is listed with the reason; what stops all of them (a lost device, a cancel) is thrown.
 */
export async function compareForms(bench: Workbench, data: Dataset | null, recipe: Recipe, job: Job): Promise<FormComparison> {
  const feeds = await oneSample(bench, data, job);
  const { ep } = await bench.backend(bench.providerOf(recipe.target), job);
  const target = targetFor(PROVIDERS[ep]);
  const forms = formsFor(bench, recipe, ep);
  const results: FormResult[] = [];
  for (const [at, form] of forms.entries()) {
    const own: Job = {
      signal: job.signal,
      onProgress: (p) => job.onProgress({ ...p, stage: `${form.label} (${at + 1} of ${forms.length}): ${p.stage}` }),
    };
    results.push(
      form.reason === null
        ? await runForm(bench, form, { version: 1, target, passes: form.step ? [form.step] : [] }, ep, feeds, own)
        : notMade(form, form.reason),
    );
  }
  return { recipe, ep, forms: results };
}

function formsFor(bench: Workbench, recipe: Recipe, ep: Provider): Form[] {
  const {
    layers,
    summary: { opset },
  } = bench.doc;
  const bits = Number(recipe.passes[bitsStep(recipe)]?.options?.['bits'] ?? 8);
  const hasMatMul = layers.some((l) => l.op === 'MatMul');
  const shaderF16 = bench.platform.compute.info.features.includes('shader-f16');
  return [
    { form: 'original', label: 'Original', step: null, reason: null },
    { form: 'float16-weights', label: 'Float16 weights', step: makeStep(convertFloat16Meta, { form: 'weights' }), reason: null },
    { form: 'packed', label: `Packed, ${bits} bits`, step: makeStep(quantizeWeightsMeta, { bits, storage: 'packed' }), reason: null },
    {
      form: 'dequantize',
      label: 'DequantizeLinear, 8 bits',
      step: makeStep(quantizeWeightsMeta, { bits: 8, granularity: opset < CHANNEL_OPSET ? 'tensor' : 'channel', storage: 'dequantize' }),
      reason: null,
    },
    {
      form: 'matmulnbits',
      label: 'MatMulNBits, 4 bits',
      step: {
        ...makeStep(quantizeWeightsMeta, { bits: 4, granularity: 'block', blockSize: 32, storage: 'matmulnbits' }),
        layers: { include: ['MatMul'] },
      },
      reason: hasMatMul ? null : 'The model has no MatMul with a constant right-hand matrix.',
    },
    {
      form: 'float16-full',
      label: 'Full float16',
      step: makeStep(convertFloat16Meta, { form: 'full' }),
      reason: !PROVIDERS[ep].gpu
        ? `${PROVIDERS[ep].name} computes in float32.`
        : shaderF16
          ? null
          : 'This device has no shader-f16: it cannot run a full float16 file.',
    },
  ];
}

async function runForm(bench: Workbench, form: Form, recipe: Recipe, ep: Provider, feeds: Feeds, job: Job): Promise<FormResult> {
  let file: Blob;
  let note = '';
  let gzipBytes: number | null;
  try {
    if (form.step === null) {
      file = await oneFile(bench.doc.model);
      gzipBytes = bench.doc.gzipBytes ?? (await gzipSize(file, job.signal));
    } else {
      const exported = await exportModel(bench, recipe, job);
      const [step] = exported.steps;
      if (step?.changed === 0) return notMade(form, step.skipped[0]?.reason ?? 'No layer can be stored so.');
      if (step && step.skipped.length > 0)
        note =
          `${counted(step.skipped.length, 'layer keeps its', 'layers keep their')} form, ` +
          `the first because: ${step.skipped[0]?.reason ?? ''}`;
      file = exported.blob;
      gzipBytes = exported.gzipBytes;
    }
    const sides = await chooseSides(bench, file, usesHalf(recipe), feeds, ep, job);
    if (sides.ep !== ep) return { ...notMade(form, sides.check.verdict), bytes: file.size, gzipBytes };
    return await withPair(bench, file, sides, feeds, job, async (before, after) => {
      const latency = await timePair(before, after, TIMING, job);
      return {
        form: form.form,
        label: form.label,
        bytes: file.size,
        gzipBytes,
        ok: true,
        latency: latency.after,
        ratio: pairedRatio(latency.before, latency.after),
        note,
      };
    });
  } catch (error) {
    if (error instanceof WhittleError && (error.code === 'runtime-failed' || error.code === 'out-of-memory' || error.code === 'too-large'))
      return notMade(form, toPlainError(error).message);
    throw error;
  }
}

function notMade({ form, label }: Form, note: string): FormResult {
  return { form, label, bytes: null, gzipBytes: null, ok: false, latency: null, ratio: null, note };
}
