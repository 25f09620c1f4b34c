import { fromHalf, toHalf } from '../../onnx/half';
import type { Layer, Skipped } from '../../onnx/types';
import { isCoded } from '../coded';
import { readWeights } from '../read-weights';
import type { Pass, PassContext, PassResult } from '../types';
import { overflowOf } from './constants';
import { convertToHalf } from './full';
import { convertFloat16Meta } from './meta';

/**
 * Rounds weights to float16 (round to nearest, ties to even). Form 'weights' stores them in two bytes and widens them at load;
 * form 'full' converts the written graph to compute in float16 too. 'auto' is full where the target has shader-f16.
 */
export const convertFloat16: Pass = {
  meta: convertFloat16Meta,
  async apply(context, options): Promise<PassResult> {
    const form = options['form'] === 'auto' ? (context.target.shaderF16 ? 'full' : 'weights') : options['form'];
    const changed: string[] = [];
    const skipped: Skipped[] = [];
    const wanted = context.selected.filter((s) => context.only === null || s.layer.id === context.only);
    const startedAt = Date.now();
    for (const [done, { layer }] of wanted.entries()) {
      context.job.signal.throwIfAborted();
      context.job.onProgress({ stage: `Rounding ${layer.id} to float16`, done, total: wanted.length, startedAt });
      const problem = await roundLayer(context, layer);
      if (problem === null) changed.push(layer.id);
      else skipped.push({ layer: layer.id, reason: problem });
    }
    const note = `${changed.length} of ${wanted.length} layers stored in float16.`;
    if (form !== 'full') return { changed, skipped, note };
    const blockOps = new Set(String(options['blockOps']).split(/[\s,]+/).filter((op) => op !== ''));
    context.onFinish((model) => convertToHalf(model, { keepIo: options['keepIo'] === true, blockOps, wide: new Set() }));
    const warning = context.target.shaderF16 ? '' : ' This device has no shader-f16: the file runs on others only, or on WASM.';
    return { changed, skipped, note: `${note} The written model computes in float16.${warning}` };
  },
};

async function roundLayer(context: PassContext, layer: Layer): Promise<string | null> {
  const { compute, weights } = context;
  if (isCoded(weights.encodingOf(layer.id))) return 'It is quantized or clustered already, which is smaller.';
  if (layer.type === 'float16' || layer.type === 'bfloat16') return `Its weights are ${layer.type} already.`;
  const values = await readWeights(context, layer.id);
  const problem = overflowOf(values);
  if (problem !== null) return `${problem}; float16 cannot hold them.`;
  await weights.put(layer.id, compute.upload(values.map((v) => fromHalf(toHalf(v)))), { kind: 'float16' });
  return null;
}
