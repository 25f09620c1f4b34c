/** Channels end and begin where a product with a weight reads and makes them. */
import { inputsOf, outputsOf, type Geometry } from '../operators/geometry';
import type { Product } from '../operators/types';
import { geometryOf, weightPort } from '../operators/weights';
import type { Value } from '../values';
import type { ChannelMap } from './map';
import { along } from './marks';
import type { Place } from './place';

/**
 * @param derived Values that are the same in every run: weights, however they are worked out.
 * @param remove as for `indexChannels`.
 * @returns whether it is such a product.
 */
export function multiply(
  map: ChannelMap,
  at: Place,
  { layout, bias, turned }: Product,
  derived: ReadonlySet<Value>,
  remove: boolean,
): boolean {
  const { node, scope, output: made } = at;
  const [x, w] = at.inputs;
  const [shape, weightShape, result] = [at.shape(0), at.shape(1), at.made()];
  if (!x || !w || !made || !shape || !weightShape || !result || derived.has(x) || !derived.has(w)) return false;
  const geometry = geometryOf(node, 1, weightShape);
  const outputs = weightPort(node, 1)?.outputs(weightShape, node)?.[0];
  if (typeof geometry === 'string' || outputs === undefined) return false;
  const axis = layout === 'planes' ? 1 : turned?.(node) === true ? 0 : shape.length - 1;
  const reads = shape[axis] === inputsOf(geometry) ? map.opened(x, axis, inputsOf(geometry)) : null;
  if (reads === null) return false;
  const makes = map.sets.make(outputsOf(geometry));
  map.marked.set(made, along(layout === 'planes' ? 1 : result.length - 1, makes));
  map.products.push({ node, scope, geometry, reads, makes });
  if (remove) tie(map, geometry, reads, makes);
  if (remove && isDepthwise(geometry))
    map.counted.push({ ...at.here, list: 'group', element: 0, ids: reads, sizes: [reads.length], axis: 0, each: 1 });
  holdWeight(map, w, outputs, geometry, reads, makes);
  const problem = !w.constant
    ? `"${w.name}" is worked out whenever the model runs`
    : w.uses.length > 1
      ? `"${w.name}" is read by several nodes`
      : null;
  if (problem !== null) for (const ids of [reads, makes]) map.sets.fix(ids, problem);
  if (bias !== null) map.hold(at.inputs[bias], makes);
  return true;
}

/** One axis of a weight counts within a group: its places are those of every group, and in depthwise convolutions they are nobody's. */
function holdWeight(
  map: ChannelMap,
  value: Value,
  output: number,
  { groups, inputs, outputs, scatters }: Geometry,
  reads: Int32Array,
  makes: Int32Array,
): void {
  const sides = [
    { axis: output, ids: makes, within: scatters, each: outputs },
    { axis: 1 - output, ids: reads, within: !scatters, each: inputs },
  ];
  for (const { axis, ids, within, each } of sides) {
    if (groups === 1 || !within || each > 1) map.held.push({ value, marks: along(axis, within ? ids.subarray(0, each) : ids) });
  }
}

function isDepthwise({ groups, inputs }: Geometry): boolean {
  return groups > 1 && inputs === 1;
}

/** Channels at the same place of each group are one; those of a depthwise convolution are what it reads. */
function tie({ sets }: ChannelMap, geometry: Geometry, reads: Int32Array, makes: Int32Array): void {
  const { groups, inputs, outputs } = geometry;
  if (groups === 1) return;
  if (isDepthwise(geometry)) {
    for (let place = 0; place < outputs; place++)
      sets.join(
        reads,
        makes.filter((_, channel) => channel % outputs === place),
      );
    return;
  }
  for (let g = 1; g < groups; g++) {
    sets.join(reads.subarray(0, inputs), reads.subarray(g * inputs, (g + 1) * inputs));
    sets.join(makes.subarray(0, outputs), makes.subarray(g * outputs, (g + 1) * outputs));
  }
}
