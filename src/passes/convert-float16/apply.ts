import { counted } from '../../base/plural';
import { countBelow } from '../../compute/operations/count-below';
import { roundHalf } from '../../compute/operations/round-half';
import type { Layer, Skipped } from '../../onnx/types';
import { isCoded } from '../coded';
import { readWeights } from '../read-weights';
import type { Pass, PassContext, PassResult } from '../types';
import { byWaves } from '../waves';
import { HALF_MAX, overflowOf } from './constants';
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
    const skipped: Skipped[] = [];
    const wanted = context.selected;
    const startedAt = Date.now();
    let done = 0;
    const problems = await byWaves(
      wanted,
      ({ layer }) => layer,
      async ({ layer }) => {
        context.job.signal.throwIfAborted();
        context.job.onProgress({ stage: `Rounding ${layer.id} to float16`, done, total: wanted.length, startedAt });
        const problem = await roundLayer(context, layer);
        done++;
        return problem;
      },
    );
    const changed = wanted.flatMap(({ layer }, at) => (problems[at] === null ? [layer.id] : []));
    for (const [at, { layer }] of wanted.entries()) if (problems[at]) skipped.push({ layer: layer.id, reason: problems[at] });
    const wide = new Set(
      skipped.flatMap(({ layer, reason }) =>
        reason.endsWith(TOO_WIDE) ? wanted.flatMap((w) => (w.layer.id === layer ? [w.layer.tensorName] : [])) : [],
      ),
    );
    if (form === 'full') {
      for (const layer of context.weights.layers) {
        if (!(await isCodedWide(context, layer))) continue;
        wide.add(layer.tensorName);
        skipped.push({
          layer: layer.id,
          reason: 'Its codes stand for values beyond ±65504, which float16 cannot hold: it computes in float32.',
        });
      }
    }
    const note = `${changed.length} of ${counted(wanted.length, 'layer')} stored in float16.`;
    if (form !== 'full') return { changed, skipped, note };
    const blockOps = new Set(
      String(options['blockOps'])
        .split(/[\s,]+/)
        .filter((op) => op !== ''),
    );
    context.onFinish((model) => convertToHalf(model, { keepIo: options['keepIo'] === true, blockOps, wide }));
    const warning = context.target.shaderF16 ? '' : ' This device has no shader-f16: the file runs on others only, or on WASM.';
    return { changed, skipped, note: `${note} The written model computes in float16.${warning}` };
  },
};

/** The float32 after the largest float16. */
const ABOVE_HALF = HALF_MAX + 2 ** -8;

const TOO_WIDE = '; float16 cannot hold them.';

/** Whether a layer's codes stand for values that float16 cannot hold: by the ends of its grid, and by its values where these lie beyond. */
async function isCodedWide(context: PassContext, { id }: Layer): Promise<boolean> {
  const encoding = context.weights.encodingOf(id);
  if (!isCoded(encoding)) return false;
  if (encoding.kind === 'codebook') return overflowOf(encoding.codebook.values) !== null;
  const { scales, zeroPoints, qMin, qMax } = encoding.grid;
  const beyond = scales.some((scale, g) => Math.abs(scale) * Math.max(qMax - (zeroPoints[g] ?? 0), (zeroPoints[g] ?? 0) - qMin) > HALF_MAX);
  return beyond && overflowOf(await readWeights(context, id)) !== null;
}

async function roundLayer(context: PassContext, layer: Layer): Promise<string | null> {
  const { compute, weights } = context;
  if (isCoded(weights.encodingOf(layer.id))) return 'It is quantized or clustered already, which is smaller.';
  if (layer.type === 'float16' || layer.type === 'bfloat16') return `Its weights are ${layer.type} already.`;
  const lease = await weights.acquire(layer.id);
  try {
    const [rounded, fitting] = await Promise.allSettled([
      compute.run(roundHalf, lease.handle),
      compute.run(countBelow, [lease.handle], ABOVE_HALF),
    ]);
    if (rounded.status === 'rejected') throw rounded.reason;
    if (fitting.status === 'fulfilled' && fitting.value === layer.params) {
      await weights.put(layer.id, rounded.value, { kind: 'float16' });
      return null;
    }
    rounded.value.destroy();
    if (fitting.status === 'rejected') throw fitting.reason;
    return `${overflowOf(await compute.download(lease.handle)) ?? ''}${TOO_WIDE}`;
  } finally {
    lease.release();
  }
}
