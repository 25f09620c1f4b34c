import type { NodeProto } from 'onnx-buf';
import { doubles, mapOf } from '../../base/codec';
import { WhittleError } from '../../base/errors';
import { addInitializer, findConstant, uniqueNames } from '../../onnx/graph';
import { intAttribute, makeNode } from '../../onnx/nodes';
import { inputOf, inputsOf, type Geometry } from '../../onnx/operators/geometry';
import { operatorOf } from '../../onnx/operators/table';
import { geometryOf, productOf } from '../../onnx/operators/weights';
import { indexShapes } from '../../onnx/shapes';
import { bytesOf, DataType, holdsFloats, makeTensor, readFloats } from '../../onnx/tensor';
import { removeUnread } from '../../onnx/unread';
import { indexValues, type Use, type Value, type ValueIndex } from '../../onnx/values';
import type { IntegerLayer } from '../integer-layers';
import { observeRanges } from '../channel-statistics';
import { readWeights } from '../read-weights';
import { replaceParameter, type Edited } from '../replace-parameter';
import type { Calibration, PassContext } from '../types';

/** Matrix products of one value, whose input channels lie along its last axis. */
interface Products {
  readonly value: Value;
  readonly layers: readonly IntegerLayer[];
  readonly uses: readonly Use[];
  readonly channels: number;
}

/** Scales beyond this ratio would only follow channels that are all but empty. */
const LARGEST = 1e4;

/**
 * SmoothQuant (Xiao et al. 2023, arXiv 2211.10438): moves the spread between input channels of MatMul and Gemm from what they read into
 * their weights, s_c = max|x_c|^alpha / max|w_c|^(1 - alpha). The activation is divided by s in the LayerNormalization that makes it where
 * nobody else reads that, else in a Mul of its own. The float output stays the same. Weights that an earlier pass has rounded stay as they
 * are: scaled, they would be rounded anew. So do those that several nodes read.
 * @returns the Muls: they stay float, or all would be rounded before it is smoothed.
 */
export async function smooth(
  context: PassContext,
  calibration: Calibration,
  layers: readonly IntegerLayer[],
  alpha: number,
): Promise<ReadonlySet<NodeProto>> {
  const { model } = context;
  const index = indexValues(model.proto);
  const products = productsOf(
    index,
    layers.filter(({ source, nodes }) => nodes.length === 1 && context.weights.encodingOf(source.layer.id) === null),
  );
  const muls = new Set<NodeProto>();
  const largest = await context.keep('largest', () => largestOf(context, calibration, products), mapOf(doubles));
  for (const product of products) {
    const scales = await scalesOf(context, product, largest.get(product.value.name) ?? NONE, alpha);
    const scaled = await Promise.all(product.layers.map((layer) => scaledRows(context, layer, scales)));
    // Of what a file cannot hold nothing is moved.
    if (!scaled.every((values) => holdsFloats('float32', values))) continue;
    for (const [l, { source }] of product.layers.entries())
      await context.weights.put(source.layer.id, context.compute.upload(scaled[l] ?? new Float32Array(0)), null);
    const mul = divide(index, context, product, scales);
    if (mul) muls.add(mul);
  }
  return muls;
}

const NONE = new Float64Array(0);

/** The largest magnitude of each channel that the products read, by the value's name. */
async function largestOf(
  context: PassContext,
  calibration: Calibration,
  products: readonly Products[],
): Promise<ReadonlyMap<string, Float64Array>> {
  if (products.length === 0) return new Map();
  const ranges = await observeRanges(
    context,
    calibration,
    products.map(({ value, channels }) => ({ name: value.name, channels, layout: 'columns' })),
  );
  return new Map(
    products.map(({ value }, p) => {
      const { min, max } = ranges[p] ?? { min: NONE, max: NONE };
      return [value.name, max.map((high, c) => Math.max(high, -(min[c] ?? 0)))];
    }),
  );
}

function productsOf(index: ValueIndex, layers: readonly IntegerLayer[]): Products[] {
  const [main] = index.scopes;
  const byValue = new Map<Value, IntegerLayer[]>();
  for (const layer of layers) {
    const { node, source } = layer;
    const product = productOf(node);
    const isProduct = product?.layout === 'columns' && product.turned?.(node) !== true;
    const value = main && index.find(main, node.input[0] ?? '');
    if (isProduct && value && typeof geometryOf(node, 1, source.layer.shape) !== 'string')
      byValue.set(value, [...(byValue.get(value) ?? []), layer]);
  }
  return [...byValue].map(([value, readers]) => {
    const nodes = new Set(readers.map((layer) => layer.node));
    const [first] = readers;
    return {
      value,
      layers: readers,
      uses: value.uses.filter((use) => nodes.has(use.node)),
      channels: first ? inputsOf(geometryFor(first)) : 0,
    };
  });
}

/** Where a weight's channels lie in memory. */
function geometryFor({ node, source }: IntegerLayer): Geometry {
  const geometry = geometryOf(node, 1, source.layer.shape);
  if (typeof geometry === 'string')
    throw new WhittleError('internal', `Smoothing of "${source.layer.id}": ${geometry}.`, 'Report this fault.');
  return geometry;
}

async function scalesOf(
  context: PassContext,
  { layers, channels }: Products,
  activations: Float64Array,
  alpha: number,
): Promise<Float32Array<ArrayBuffer>> {
  const most = new Float64Array(channels);
  for (const layer of layers) {
    const geometry = geometryFor(layer);
    for (const [at, w] of (await readWeights(context, layer.source.layer.id)).entries()) {
      const channel = inputOf(geometry, at);
      most[channel] = Math.max(most[channel] ?? 0, Math.abs(w));
    }
  }
  return Float32Array.from(most, (w, channel) => {
    const x = activations[channel] ?? 0;
    return !(x > 0 && w > 0) || x === Number.POSITIVE_INFINITY
      ? 1
      : Math.min(Math.max(x ** alpha / w ** (1 - alpha), 1 / LARGEST), LARGEST);
  });
}

async function scaledRows(context: PassContext, layer: IntegerLayer, scales: Float32Array): Promise<Float32Array> {
  const geometry = geometryFor(layer);
  return (await readWeights(context, layer.source.layer.id)).map((w, at) => w * (scales[inputOf(geometry, at)] ?? 1));
}

/** Whether a value is what a LayerNormalization makes over its last axis alone, so that its parameters are one a channel. */
function normalizesChannels(index: ValueIndex, { name, scope }: Value, producer: NodeProto): boolean {
  if (operatorOf(producer)?.normalizes !== 'last axes' || producer.output[0] !== name) return false;
  const axis = intAttribute(producer, 'axis', -1);
  return axis === -1 || axis + 1 === indexShapes(index).find(scope, name)?.length;
}

/** Divides what the products read; returns the Mul that does it, or null where a LayerNormalization took it over. */
function divide(index: ValueIndex, context: Edited, { value, uses }: Products, scales: Float32Array<ArrayBuffer>): NodeProto | null {
  const { proto } = context.model;
  const { graph } = proto;
  if (!graph) return null;
  const inverse = scales.map((s) => 1 / s);
  const { producer } = value;
  const only = uses.length === value.uses.length && !value.isOutput;
  const parameters = (producer?.input ?? []).flatMap((name, input) =>
    input === 0 || name === '' ? [] : [{ input, tensor: findConstant(proto, graph, name) }],
  );
  const fits = parameters.every(
    ({ tensor }) => tensor?.dataType === DataType.FLOAT && tensor.dims.length === 1 && Number(tensor.dims[0]) === scales.length,
  );
  if (producer && only && fits && normalizesChannels(index, value, producer)) {
    const unread = parameters.flatMap(({ input, tensor }) => {
      const values = tensor ? readFloats(tensor) : new Float32Array(0);
      const read = { node: producer, input, values, dims: [values.length], type: 'float32' } as const;
      return replaceParameter(
        context,
        { graph },
        read,
        's',
        values.map((v, c) => v * (inverse[c] ?? 1)),
      );
    });
    removeUnread(proto, unread);
    return null;
  }
  const fresh = uniqueNames(proto);
  const scale = fresh('s');
  addInitializer(proto, graph, makeTensor(scale, DataType.FLOAT, [inverse.length], bytesOf(inverse)));
  const mul = makeNode('Mul', [value.name, scale], [fresh('s')]);
  for (const { node, input } of uses) node.input[input] = mul.output[0] ?? '';
  graph.node.splice(producer ? graph.node.indexOf(producer) + 1 : 0, 0, mul);
  return mul;
}
