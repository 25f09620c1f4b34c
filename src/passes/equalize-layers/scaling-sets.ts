/** Finds the layers between which channels can be rescaled without a change of what the network computes. */
import type { Use, Value } from '../../onnx/values';
import { inputsOf, outputsOf } from '../../onnx/operators/geometry';
import type { ScaledLayer } from './scaled-layers';
import { passOn } from './passage';
import type { Addend, UpperClip, ScalingSet, Place, Reader, Surroundings } from './types';

interface Found {
  readonly readers: Reader[];
  readonly addends: Addend[];
  readonly clips: UpperClip[];
  readonly activated: Map<string, Place>;
  fixed: string | null;
}

/** The scaling set that starts at a layer, or the reason why there is none. */
export function scalingSetOf(around: Surroundings, producer: ScaledLayer): ScalingSet | string {
  // A MatMul without a bias of its own may be followed by anything that passes scales on.
  const { layout, bias } = producer.product;
  if (typeof producer.bias === 'string' && bias !== null) return producer.bias;
  const channels = outputsOf(producer.geometry);
  const rank = layout === 'planes' ? (producer.source.uses[0]?.shape.length ?? 0) : null;
  const output = around.index.find(producer.scope, producer.node.output[0] ?? '');
  if (!output) return 'Its output is not used.';
  const made = around.channels.marksOf(output)?.ids ?? new Int32Array(0);
  const start: Place = { layout, rank, channels, made, total: channels, offset: 0, spread: 1, active: false };
  const found: Found = {
    readers: [],
    addends: [],
    clips: [],
    activated: new Map(),
    fixed: typeof producer.bias === 'string' ? 'it has no bias' : null,
  };
  const problem = follow(around, producer, output, start, found);
  if (problem !== null) return problem;
  if (found.readers.length === 0) return 'Nothing reads its output.';
  const several = found.activated.size > 1 ? 'several activations follow it' : null;
  return { producer, channels, ...found, fixed: found.fixed ?? several };
}

/** Visits all that reads a value; the first reason against it, or null. */
function follow(around: Surroundings, producer: ScaledLayer, value: Value, place: Place, found: Found): string | null {
  if (value.isOutput) return `Its output "${value.name}" is an output of the graph.`;
  for (const use of value.uses) {
    if (use.scope.graph !== value.scope.graph) return `Its output "${value.name}" is read inside a branch or loop.`;
    const problem = visit(around, producer, value, use, place, found);
    if (problem !== null) return problem;
  }
  return null;
}

function visit(around: Surroundings, producer: ScaledLayer, value: Value, use: Use, place: Place, found: Found): string | null {
  const layer = around.layerOf.get(use.node);
  if (layer !== undefined) return read(around, use, layer, place, found);
  // The bias of a MatMul is scaled as that.
  const isBias = typeof producer.bias !== 'string' && producer.bias.node === use.node;
  const passage = passOn(around, use, place, isBias);
  if (typeof passage === 'string') return passage;
  if (passage.addend) found.addends.push(passage.addend);
  if (passage.clip) found.clips.push(passage.clip);
  if (passage.activates) {
    if (place.active) found.fixed ??= 'several activations follow it';
    if (place.spread > 1) found.fixed ??= 'it is activated after its positions were flattened';
    found.activated.set(value.name, place);
  }
  found.fixed ??= passage.fixed ?? null;
  const next = around.index.find(use.scope, use.node.output[0] ?? '');
  if (!next) return null;
  return follow(around, producer, next, { ...place, ...passage.place, active: place.active || passage.activates === true }, found);
}

/** Ends a walk at the layer that reads the value. */
function read({ layers }: Surroundings, use: Use, id: string, { layout, total, offset, spread }: Place, found: Found): string | null {
  const layer = layers.get(id);
  if (layer === undefined || typeof layer === 'string')
    return `It feeds layer "${id}", which is left as it is: ${layer ?? 'it is none of this pass.'}`;
  if (use.input !== 0) return `It feeds layer "${id}" as another input than the first.`;
  if (layer.product.layout !== layout || total !== inputsOf(layer.geometry))
    return `Which inputs of layer "${id}" are its channels is not known.`;
  found.fixed ??= fixedBy(layer);
  found.readers.push({ layer, offset, spread });
  return null;
}

/** Why a constant cannot be added to all inputs of a layer by way of its bias; null where it can. */
function fixedBy({ id, node, bias, geometry }: ScaledLayer): string | null {
  if (geometry.scatters) return `the kernels of "${id}" do not overlap evenly`;
  const pads = node.attribute.find((a) => a.name === 'pads')?.ints.some((pad) => pad !== 0n) ?? false;
  const same = node.attribute.some((a) => a.name === 'auto_pad' && new TextDecoder().decode(a.s).startsWith('SAME'));
  if (pads || same) return `"${id}" pads its input with zeros`;
  return typeof bias === 'string' ? `"${id}" has no bias to take it` : null;
}
