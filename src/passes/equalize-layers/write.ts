import { inputsOf, scaleChannels, sumOverInputs } from '../../onnx/operators/geometry';
import { factorsOf } from '../../onnx/operators/weights';
import { holdsFloats } from '../../onnx/tensor';
import type { Annotations } from '../../onnx/types';
import { removeUnread } from '../../onnx/unread';
import { replaceBias } from '../layer-bias';
import { refuseNonFinite } from '../originals';
import { readWeights } from '../read-weights';
import type { PassContext } from '../types';
import { replaceParameter } from '../replace-parameter';
import { writeClip } from './edit';
import type { ScaledLayer } from './scaled-layers';
import { onInputs } from './factors';
import type { ScalingSet, Reader } from './types';

/** What is done to the channels of a scaling set. */
export interface Change {
  readonly set: ScalingSet;
  /** The producer's channels are divided by it, what reads them is multiplied. */
  readonly factors: Float64Array;
  /** Taken off before the activation and given to the readers' biases, in units before scaling; null: nothing. */
  readonly constants: Float64Array | null;
}

/** Whether all that the factors of a scaling set rescale can be written. @param rescaled magnitudes of a layer's weights behind them. */
export function fitsFile(
  { producer, readers, addends, clips }: ScalingSet,
  factors: Float64Array,
  rescaled: (layer: ScaledLayer) => Float32Array,
): boolean {
  const divided = (values: ArrayLike<number>): Float64Array => Float64Array.from(values, (v, c) => v / (factors[c] ?? 1));
  const holds = (layer: ScaledLayer): boolean =>
    holdsFloats(layer.source.layer.type, rescaled(layer)) &&
    (typeof layer.bias === 'string' || holdsFloats(layer.bias.type, rescaled(layer)));
  return (
    [producer, ...readers.map(({ layer }) => layer)].every(holds) &&
    (typeof producer.bias === 'string' || holdsFloats(producer.bias.type, divided(producer.bias.values))) &&
    addends.every(({ values, type }) => holdsFloats(type, divided(values))) &&
    clips.every(({ max, type }) => holdsFloats(type, divided(factors.map(() => max))))
  );
}

/** Writes weights, biases, added constants and clips, one layer's weights in memory at a time. */
export async function applyChanges(context: PassContext, layers: readonly ScaledLayer[], changes: readonly Change[]): Promise<void> {
  const { model, job, compute, weights } = context;
  const unread: string[] = [];
  const startedAt = Date.now();
  for (const [done, layer] of layers.entries()) {
    job.signal.throwIfAborted();
    job.onProgress({ stage: `Equalizing ${layer.id}`, done, total: layers.length, startedAt });
    const values = await readWeights(context, layer.id);
    const own = changes.find((c) => c.set.producer === layer);
    const read = changes.flatMap((change) => change.set.readers.filter((r) => r.layer === layer).map((reader) => ({ change, reader })));
    const gained = gainedBias(layer, values, read);
    scaleChannels(layer.geometry, values, own ? own.factors.map((s) => 1 / s) : null, scalesOf(layer, read));
    refuseNonFinite(layer.id, values);
    await weights.put(layer.id, compute.upload(values), null);
    const { bias } = layer;
    if (typeof bias === 'string') continue;
    const after = bias.values.map((b, o) => (b + (gained?.[o] ?? 0) - (own?.constants?.[o] ?? 0)) / (own?.factors[o] ?? 1));
    if (after.some((b, o) => b !== bias.values[o])) unread.push(...replaceBias(context, layer.scope, bias, after));
  }
  for (const { set, factors, constants } of changes) {
    rescaleMoments(model.annotations, set.producer, factors, constants);
    for (const addend of set.addends)
      unread.push(
        ...replaceParameter(
          context,
          addend.scope,
          addend,
          'addend',
          addend.values.map((v, c) => v / (factors[c] ?? 1)),
        ),
      );
    for (const clip of set.clips) {
      const bounds = factors.map((s, c) => Math.max(0, clip.max - (constants?.[c] ?? 0)) / s);
      if (bounds.some((b) => b !== clip.max)) unread.push(...writeClip(model, clip, bounds));
    }
  }
  removeUnread(model.proto, unread);
}

/** What a batch norm said of the producer's outputs holds for them as they are now. */
function rescaleMoments(
  { moments }: Annotations,
  { node, bias }: ScaledLayer,
  factors: Float64Array,
  constants: Float64Array | null,
): void {
  // The bias of a product is another node's, whose output is the layer's.
  for (const name of new Set([node, typeof bias === 'string' ? node : bias.node].flatMap(({ output }) => output[0] ?? []))) {
    const known = moments.get(name);
    if (known)
      moments.set(name, {
        mean: known.mean.map((m, c) => (m - (constants?.[c] ?? 0)) / (factors[c] ?? 1)),
        deviation: known.deviation.map((d, c) => d / (factors[c] ?? 1)),
      });
  }
}

type Read = readonly { readonly change: Change; readonly reader: Reader }[];

function scalesOf({ geometry }: ScaledLayer, read: Read): Float64Array {
  const scales = new Float64Array(inputsOf(geometry)).fill(1);
  for (const { change, reader } of read) onInputs(reader, change.factors, scales);
  return scales;
}

/** What a layer's bias gains by what was taken off its inputs; null where nothing was. */
function gainedBias({ geometry, node }: ScaledLayer, weights: Float32Array, read: Read): Float64Array | null {
  if (read.every(({ change }) => change.constants === null)) return null;
  const taken = new Float64Array(inputsOf(geometry));
  for (const { change, reader } of read) if (change.constants !== null) onInputs(reader, change.constants, taken);
  const factor = factorsOf(node).product;
  return sumOverInputs(
    geometry,
    weights,
    taken.map((c) => c * factor),
  );
}
