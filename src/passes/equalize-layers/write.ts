import { inputsOf, scaleChannels, sumOverInputs } from '../../onnx/operators/geometry';
import { factorsOf } from '../../onnx/operators/weights';
import { holdsFloats } from '../../onnx/tensor';
import { removeUnread } from '../../onnx/unread';
import { writeBias } from '../layer-bias';
import { refuseNonFinite } from '../originals';
import { readWeights } from '../read-weights';
import type { PassContext } from '../types';
import { writeAddend, writeCeiling } from './edit';
import type { End } from './ends';
import { onInputs } from './factors';
import type { Joint, Reader } from './types';

/** What is done to the channels of a joint. */
export interface Change {
  readonly joint: Joint;
  /** The producer's channels are divided by it, what reads them is multiplied. */
  readonly factors: Float64Array;
  /** Taken off before the activation and given to the readers' biases, in units before scaling; null: nothing. */
  readonly constants: Float64Array | null;
}

/** Whether everything that the factors of a joint rescale can be written. @param rescaled magnitudes of a layer's weights behind them. */
export function fitsFile(
  { producer, readers, addends, ceilings }: Joint,
  factors: Float64Array,
  rescaled: (end: End) => Float32Array,
): boolean {
  const divided = (values: ArrayLike<number>): Float64Array => Float64Array.from(values, (v, c) => v / (factors[c] ?? 1));
  const holds = (end: End): boolean =>
    holdsFloats(end.source.layer.type, rescaled(end)) && (typeof end.bias === 'string' || holdsFloats(end.bias.type, rescaled(end)));
  return (
    [producer, ...readers.map(({ end }) => end)].every(holds) &&
    (typeof producer.bias === 'string' || holdsFloats(producer.bias.type, divided(producer.bias.values))) &&
    addends.every(({ values, type }) => holdsFloats(type, divided(values))) &&
    ceilings.every(({ max, type }) => holdsFloats(type, divided(factors.map(() => max))))
  );
}

/** Writes weights, biases, added constants and clips, one layer's weights in memory at a time. */
export async function applyChanges(context: PassContext, layers: readonly End[], changes: readonly Change[]): Promise<void> {
  const { model, job, compute, weights } = context;
  const unread: string[] = [];
  const startedAt = Date.now();
  for (const [done, end] of layers.entries()) {
    job.signal.throwIfAborted();
    job.onProgress({ stage: `Equalizing ${end.id}`, done, total: layers.length, startedAt });
    const values = await readWeights(context, end.id);
    const own = changes.find((c) => c.joint.producer === end);
    const read = changes.flatMap((change) => change.joint.readers.filter((r) => r.end === end).map((reader) => ({ change, reader })));
    const gained = gainedBias(end, values, read);
    scaleChannels(end.geometry, values, own ? own.factors.map((s) => 1 / s) : null, scalesOf(end, read));
    refuseNonFinite(end.id, values);
    await weights.put(end.id, compute.upload(values), null);
    const { bias } = end;
    if (typeof bias === 'string') continue;
    const after = bias.values.map((b, o) => (b + (gained?.[o] ?? 0) - (own?.constants?.[o] ?? 0)) / (own?.factors[o] ?? 1));
    if (after.some((b, o) => b !== bias.values[o])) unread.push(...writeBias(model.proto, end.scope, bias, after));
  }
  for (const { joint, factors, constants } of changes) {
    rescaleMoments(context, joint.producer, factors, constants);
    for (const addend of joint.addends)
      unread.push(
        writeAddend(
          model,
          addend,
          addend.values.map((v, c) => v / (factors[c] ?? 1)),
        ),
      );
    for (const ceiling of joint.ceilings) {
      const bounds = factors.map((s, c) => Math.max(0, ceiling.max - (constants?.[c] ?? 0)) / s);
      if (bounds.some((b) => b !== ceiling.max)) unread.push(...writeCeiling(model, ceiling, bounds));
    }
  }
  removeUnread(model.proto, unread);
}

/** What a batch norm said of the producer's outputs holds for them as they are now. */
function rescaleMoments({ moments }: PassContext, { node, bias }: End, factors: Float64Array, constants: Float64Array | null): void {
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

function scalesOf({ geometry }: End, read: Read): Float64Array {
  const scales = new Float64Array(inputsOf(geometry)).fill(1);
  for (const { change, reader } of read) onInputs(reader, change.factors, scales);
  return scales;
}

/** What a layer's bias gains by what was taken off its inputs; null where nothing was. */
function gainedBias({ geometry, node }: End, weights: Float32Array, read: Read): Float64Array | null {
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
