/**
 * The truth meter: which form is faster on this device and which only smaller, for this model, in plain words. Rules come from what was
 * measured of onnxruntime's backends (docs/decisions/0012-truth-meter.md); figures only from what was measured on this device. What is not
 * known yet is said to be so.
 */
import { counted } from '../base/plural';
import type { StoredForm } from '../onnx/types';
import { benchmarkSentences, formSentences, measuredSentence } from './truth-figures';
import { placementSentences } from './truth-placement';
import type { Sentence, TruthInput, TruthLayer } from './truth-types';
import { PROVIDERS } from '../runtime/providers';

/** Part of the multiply-accumulates from which a model counts as made of MatMul. */
const MATMUL_HEAVY = 0.5;

/** The sentences, what was measured of this recipe first, what is only known of its forms next, the device last. */
export function truthSentences(input: TruthInput): Sentence[] {
  return [
    measuredSentence(input.measured),
    ...storageSentences(input),
    ...float16Sentences(input),
    ...shapeSentences(input),
    ...placementSentences(input),
    ...formSentences(input.forms),
    ...benchmarkSentences(input),
  ];
}

/**
 * What is said of speed beside a form: "faster" is a word for measurements on this device, which other sentences give; documents are called
 * so.
 */
function speedOf({ measured, forms }: TruthInput, form: string | null, where: string): string {
  const known = measured !== null || (forms ?? []).some((f) => f.form === form && f.ok && f.ratio !== null);
  return known ? 'What it does to speed was measured on this device.' : `Documented as faster ${where}, not measured here.`;
}

function storageSentences(input: TruthInput): Sentence[] {
  const { layers, recipe } = input;
  const sentences: Sentence[] = [];
  const stored = (form: StoredForm): TruthLayer[] => layers.filter((l) => l.storage === form);
  const packed = stored('packed');
  if (packed.length > 0) {
    const bits = [...new Set(packed.map((l) => l.bits))].toSorted((a, b) => a - b);
    sentences.push({
      level: 'smaller',
      text:
        `${count(packed, layers)} packed at ${bits.join(', ')} bits: smaller, ` +
        'and the same speed after loading, because they are decoded once.',
    });
  }
  const decoded = stored('dequantize');
  if (decoded.length > 0) {
    const what = decoded.some((l) => l.op.startsWith('Conv')) ? 'int8 convolution weights are' : 'these weights are';
    sentences.push({
      level: 'smaller',
      text:
        recipe.quantizedActivations && PROVIDERS[input.ep].integers
          ? `${count(decoded, layers)} stored as int8 codes, which integer kernels compute on where activations are quantized too.`
          : `${count(decoded, layers)} decoded by DequantizeLinear in every run: ${what} only smaller, never faster.`,
    });
  }
  const onCodes = stored('matmulnbits');
  if (onCodes.length > 0) sentences.push(onCodesSentence(input, onCodes));
  const halves = stored('float16');
  if (halves.length > 0 && !recipe.fullFloat16) {
    sentences.push({ level: 'smaller', text: `${count(halves, layers)} stored in float16 and widened once at load: smaller, same speed.` });
  }
  const changed = layers.some((l) => l.storage !== 'float') || Object.values(recipe).some(Boolean);
  if (!changed) sentences.push({ level: 'same', text: 'The weights keep their form: same size, same speed.' });
  return sentences;
}

function onCodesSentence(input: TruthInput, onCodes: readonly TruthLayer[]): Sentence {
  const { ep, layers } = input;
  const known = layers.every((l) => l.macs !== null);
  const work = (some: readonly TruthLayer[]): number => some.reduce((sum, l) => sum + (known ? (l.macs ?? 0) : l.params), 0);
  const share = work(onCodes) / Math.max(1, work(layers));
  const what =
    `${count(onCodes, layers)} computed on their codes by MatMulNBits ` +
    `(${percent(share)} of the ${known ? 'multiply-adds' : 'weights'})`;
  if (!PROVIDERS[ep].gpu) return { level: 'smaller', text: `${what}: smaller. ${PROVIDERS[ep].name} gains no speed from it.` };
  if (share < MATMUL_HEAVY)
    return { level: 'smaller', text: `${what}: smaller. They are too little of the work to make the model faster.` };
  return { level: 'smaller', text: `${what}: smaller. ${speedOf(input, 'matmulnbits', 'on WebGPU for a model made of MatMul')}` };
}

function float16Sentences(input: TruthInput): Sentence[] {
  const { ep, device, recipe } = input;
  if (!recipe.fullFloat16) return [];
  if (!PROVIDERS[ep].gpu)
    return [{ level: 'smaller', text: `Full float16 is only smaller on ${PROVIDERS[ep].name}, which computes in float32.` }];
  if (!device.shaderF16)
    return [{ level: 'warning', text: 'This device has no shader-f16: the full float16 file loads here, but cannot run.' }];
  return [{ level: 'smaller', text: `Full float16: smaller. ${speedOf(input, 'float16-full', 'where half precision is')}` }];
}

function shapeSentences(input: TruthInput): Sentence[] {
  const { layers, recipe } = input;
  const sentences: Sentence[] = [];
  const params = layers.reduce((sum, l) => sum + l.params, 0);
  const zeros = layers.reduce((sum, l) => sum + l.params * l.sparsity, 0);
  if (recipe.pruned && zeros > 0) {
    const text =
      `${percent(zeros / Math.max(1, params))} of the weights are zero: ` +
      'smaller once compressed, never faster, because the kernels multiply zeros too.';
    sentences.push({ level: 'smaller', text });
  }
  if (recipe.fewerChannels)
    sentences.push({ level: 'smaller', text: `Fewer channels: smaller, and less work on every backend. ${speedOf(input, null, 'there')}` });
  return sentences;
}

function count(some: readonly TruthLayer[], all: readonly TruthLayer[]): string {
  return `${some.length} of ${counted(all.length, 'layer')}`;
}

function percent(part: number): string {
  return `${Math.round(part * 100)} %`;
}
