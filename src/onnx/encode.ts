import type { GraphProto, TensorProto } from 'onnx-buf';
import { WhittleError } from '../base/errors';
import { emitCodebook } from './encode/codebook';
import { dequantizeForm, emitDequantize } from './encode/dequantize';
import type { Emitter } from './encode/emitter';
import { createEmitter } from './encode/emitter';
import type { Codebook, Grid } from '../base/grids';
import { emitMatMulNBits, fitsMatMulNBits } from './encode/matmulnbits';
import { emitPacked } from './encode/packed';
import { removeConstant, uniqueNames } from './graph';
import type { LayerSource } from './layers';
import { findLayers } from './layers';
import { makeNode, opsetOf } from './nodes';
import { DataType, encodeFloats, FLOAT_TYPES, makeTensor } from './tensor';
import type { Layer, OnnxModel, Storage } from './types';

type Stored = readonly TensorProto[];

/** bfloat16 is a target of Cast from operator set 13 on. */
const BFLOAT_CAST_OPSET = 13;

/**
 * Writes changed weights into a model, each layer at most once, and gives the constants that hold it now: those that layers share with the
 * first of them. What decodes a weight gives its result the weight's old name, in the graph where the weight was, so that every reader and
 * output stays as it is.
 */
export interface WeightEncoder {
  /** New values in the weight's own float type. */
  storeFloat(layerId: string, values: Float32Array): Stored;
  /** float16 values with a Cast; half the size of float32. Weights of 16 bits keep their type. */
  storeFloat16(layerId: string, values: Float32Array): Stored;
  /**
   * Codes of exactly grid.bits bits (2..8), decoded at load by standard nodes. One byte a code, in tensor order; the model may keep them.
   */
  storePacked(layerId: string, grid: Grid, codes: Uint8Array<ArrayBuffer>): Stored;
  /** Codes into a table of values, in exactly the bits that the table needs (1..8), decoded at load by standard nodes. Codes as above. */
  storeCodebook(layerId: string, codebook: Codebook, codes: Uint8Array<ArrayBuffer>): Stored;
  /** Codes in 4 or 8 bits, decoded by DequantizeLinear in every run. */
  storeDequantize(layerId: string, grid: Grid, codes: Uint8Array<ArrayBuffer>): Stored;
  /** Codes for com.microsoft MatMulNBits, which takes the place of MatMul. */
  storeMatMulNBits(layerId: string, grid: Grid, codes: Uint8Array<ArrayBuffer>): Stored;
}

/**
 * Whether `storage` can hold a layer with this grid in this model: true, or the reason in words.
 * @param grid What will be stored; ignored for float16.
 */
export function canStore(layer: Layer, storage: Storage, model: OnnxModel, grid: Pick<Grid, 'bits' | 'groups'>): true | string {
  const { proto } = model;
  const versions = { opset: opsetOf(proto), ir: Number(proto.irVersion) };
  if (storage === 'float16') return layer.type === 'float32' || layer.type === 'float64' ? true : `The weights are ${layer.type} already.`;
  if (layer.type === 'bfloat16' && versions.opset < BFLOAT_CAST_OPSET)
    return `bfloat16 weights need opset ${BFLOAT_CAST_OPSET} to be decoded; the model has ${versions.opset}.`;
  if (storage === 'matmulnbits') return fitsMatMulNBits(layer, proto, grid);
  if (storage === 'packed') return true;
  const form = dequantizeForm(layer.shape, grid.groups, versions);
  return typeof form === 'string' ? form : true;
}

/** @param model A private copy (`cloneForEdit`), edited in place from here on. */
export function createEncoder(model: OnnxModel): WeightEncoder {
  const { proto } = model;
  const sources = new Map(findLayers(model).sources.map((source) => [source.layer.id, source]));
  const names = uniqueNames(proto);
  const emitters = new Map<GraphProto, Emitter>();
  const made: TensorProto[] = [];
  const versions = { opset: opsetOf(proto), ir: Number(proto.irVersion) };

  const take = (layerId: string): LayerSource => {
    const source = sources.get(layerId);
    if (!source)
      throw new WhittleError('internal', `"${layerId}" is no layer of "${model.name}", or was stored before.`, 'Open the model again.');
    sources.delete(layerId);
    return source;
  };
  const emitterOf = (graph: GraphProto): Emitter => {
    const emitter = emitters.get(graph) ?? createEmitter(proto, graph, names, (tensor) => made.push(tensor));
    emitters.set(graph, emitter);
    return emitter;
  };
  /** What was made since it was last asked, once its nodes are in their graphs. */
  const settle = (): Stored => {
    for (const emitter of emitters.values()) emitter.settle();
    return made.splice(0);
  };
  /** Takes the old constant out and lets `emit` make a float32 value in its place; other types get a Cast behind it. */
  const replace = (layerId: string, emit: (emitter: Emitter, layer: Layer, output: string | null) => string): Stored => {
    const { layer, value } = take(layerId);
    const { graph } = value.scope;
    removeConstant(graph, value.name);
    const emitter = emitterOf(graph);
    const isFloat = layer.type === 'float32';
    const emitted = emit(emitter, layer, isFloat ? value.name : null);
    if (!isFloat) emitter.node('Cast', [emitted], { to: FLOAT_TYPES[layer.type] }, value.name);
    return settle();
  };

  const encoder: WeightEncoder = {
    storeFloat(layerId, values) {
      const { layer, value } = take(layerId);
      const tensor = makeTensor(value.name, FLOAT_TYPES[layer.type], layer.shape, encodeFloats(layer.type, values));
      const { graph } = value.scope;
      if (value.producer) value.producer.attribute = makeNode('Constant', [], [], { value: tensor }).attribute;
      else graph.initializer = graph.initializer.map((old) => (old.name === value.name ? tensor : old));
      return [tensor];
    },
    storeFloat16(layerId, values) {
      const source = sources.get(layerId);
      if (source && canStore(source.layer, 'float16', model, NO_GRID) !== true) {
        return encoder.storeFloat(layerId, values);
      }
      const { layer, value } = take(layerId);
      removeConstant(value.scope.graph, value.name);
      const emitter = emitterOf(value.scope.graph);
      const halves = emitter.constant(DataType.FLOAT16, layer.shape, encodeFloats('float16', values));
      emitter.node('Cast', [halves], { to: FLOAT_TYPES[layer.type] }, value.name);
      return settle();
    },
    storePacked(layerId, grid, codes) {
      return replace(layerId, (emitter, layer, output) => emitPacked(emitter, versions.opset, layer.shape, grid, codes, output));
    },
    storeCodebook(layerId, codebook, codes) {
      return replace(layerId, (emitter, layer, output) => emitCodebook(emitter, versions.opset, layer.shape, codebook, codes, output));
    },
    storeDequantize(layerId, grid, codes) {
      return replace(layerId, (emitter, layer, output) => emitDequantize(emitter, versions, layer.shape, grid, codes, output));
    },
    storeMatMulNBits(layerId, grid, codes) {
      const { value, uses } = take(layerId);
      emitMatMulNBits(
        emitterOf(value.scope.graph),
        proto,
        uses.map((use) => use.node),
        grid,
        codes,
      );
      removeConstant(value.scope.graph, value.name);
      return settle();
    },
  };
  return encoder;
}

const NO_GRID = { bits: 16, groups: { outer: 1, channels: 1, inner: 1, block: 1 } };
