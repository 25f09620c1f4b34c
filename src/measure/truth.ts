/**
 * The truth meter: which form is faster on this device and which only smaller, for this model, in plain words. Rules come from what was
 * measured of onnxruntime's backends (docs/decisions/0012-truth-meter.md); figures only from what was measured on this device. What is not
 * known yet is said to be so.
 */
import type { StoredForm } from '../onnx/types';
import type { Ep } from '../runtime/types';
import { benchmarkSentences, formSentences, measuredSentence } from './truth-figures';
import { placementSentences } from './truth-placement';
import type { Sentence, TruthInput, TruthLayer } from './truth-types';

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

function storageSentences({ ep, layers, recipe }: TruthInput): Sentence[] {
  const sentences: Sentence[] = [];
  const stored = (form: StoredForm): TruthLayer[] => layers.filter((l) => l.storage === form);
  const packed = stored('packed');
  if (packed.length > 0) {
    const bits = [...new Set(packed.map((l) => l.bits))].toSorted((a, b) => a - b);
    sentences.push({ level: 'smaller', text: `${count(packed, layers)} packed at ${bits.join(', ')} bits: smaller, and the same speed after loading, because they are decoded once.` });
  }
  const decoded = stored('dequantize');
  if (decoded.length > 0) {
    const what = decoded.some((l) => l.op.startsWith('Conv')) ? 'int8 convolution weights are' : 'these weights are';
    sentences.push({ level: 'smaller', text: `${count(decoded, layers)} decoded by DequantizeLinear in every run: ${what} only smaller, never faster.` });
  }
  const onCodes = stored('matmulnbits');
  if (onCodes.length > 0) sentences.push(onCodesSentence(ep, onCodes, layers));
  const halves = stored('float16');
  if (halves.length > 0 && !recipe.fullFloat16) {
    sentences.push({ level: 'smaller', text: `${count(halves, layers)} stored in float16 and widened once at load: smaller, same speed.` });
  }
  const changed = layers.some((l) => l.storage !== 'float') || Object.values(recipe).some(Boolean);
  if (!changed) sentences.push({ level: 'same', text: 'The weights keep their form: same size, same speed.' });
  return sentences;
}

function onCodesSentence(ep: Ep, onCodes: readonly TruthLayer[], layers: readonly TruthLayer[]): Sentence {
  const known = layers.every((l) => l.macs !== null);
  const work = (some: readonly TruthLayer[]): number => some.reduce((sum, l) => sum + (known ? (l.macs ?? 0) : l.params), 0);
  const share = work(onCodes) / Math.max(1, work(layers));
  const what = `${count(onCodes, layers)} computed on their codes by MatMulNBits (${percent(share)} of the ${known ? 'multiply-adds' : 'weights'})`;
  if (ep === 'wasm') return { level: 'smaller', text: `${what}: smaller. WASM gains no speed from it.` };
  if (share < MATMUL_HEAVY) return { level: 'smaller', text: `${what}: smaller. They are too little of the work to make the model faster.` };
  return { level: 'faster', text: `${what}: smaller, and on WebGPU the faster form for a model made of MatMul.` };
}

function float16Sentences({ ep, device, recipe }: TruthInput): Sentence[] {
  if (!recipe.fullFloat16) return [];
  if (ep === 'wasm') return [{ level: 'smaller', text: 'Full float16 is only smaller on WASM, which computes in float32.' }];
  if (!device.shaderF16) return [{ level: 'warning', text: 'This device has no shader-f16: the full float16 file loads here, but cannot run.' }];
  return [{ level: 'faster', text: 'Full float16: smaller, and faster where the device computes half precision faster than float32.' }];
}

function shapeSentences({ layers, recipe }: TruthInput): Sentence[] {
  const sentences: Sentence[] = [];
  const params = layers.reduce((sum, l) => sum + l.params, 0);
  const zeros = layers.reduce((sum, l) => sum + l.params * l.sparsity, 0);
  if (recipe.pruned && zeros > 0) {
    const text = `${percent(zeros / Math.max(1, params))} of the weights are zero: smaller once compressed, never faster, because the kernels multiply zeros too.`;
    sentences.push({ level: 'smaller', text });
  }
  if (recipe.fewerChannels) sentences.push({ level: 'faster', text: 'Fewer channels are less work on every backend: smaller and faster.' });
  return sentences;
}

function count(some: readonly TruthLayer[], all: readonly TruthLayer[]): string {
  return `${some.length} of ${all.length} ${all.length === 1 ? 'layer' : 'layers'}`;
}

function percent(part: number): string {
  return `${Math.round(part * 100)} %`;
}
