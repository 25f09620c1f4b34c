import type { ValueInfoProto } from 'onnx-buf';
import { scopesOf, tensorsOf } from './graph';
import { listLayers } from './layers';
import { opsetOf } from './nodes';
import { dimsOf, typeOf } from './shapes';
import { sizeOf, weightType } from './tensor';
import type { ModelSummary, OnnxModel, ValueSummary } from './types';

/** What the model is, in numbers. Parameters are all elements of float constants; nodes and operators include bodies of If and Loop. */
export function summarize(model: OnnxModel): ModelSummary {
  const { proto } = model;
  const counts = new Map<string, number>();
  let nodes = 0;
  for (const { graph } of scopesOf(proto)) {
    for (const { opType } of graph.node) counts.set(opType, (counts.get(opType) ?? 0) + 1);
    nodes += graph.node.length;
  }
  let params = 0;
  for (const tensor of tensorsOf(proto)) if (weightType(tensor.dataType)) params += sizeOf(tensor.dims);
  const constants = new Set(proto.graph?.initializer.map((tensor) => tensor.name));
  return {
    name: model.name,
    bytes: model.bytes,
    opset: opsetOf(proto),
    irVersion: Number(proto.irVersion),
    producer: [proto.producerName, proto.producerVersion].filter(Boolean).join(' '),
    params,
    macs: totalMacs(model),
    nodes,
    ops: Object.fromEntries(counts),
    inputs: (proto.graph?.input ?? []).filter((input) => !constants.has(input.name)).map(describe),
    outputs: (proto.graph?.output ?? []).map(describe),
  };
}

/** Null where any layer's count is not known: a partial sum would read as the whole. */
function totalMacs(model: OnnxModel): number | null {
  return listLayers(model).layers.reduce<number | null>((sum, { macs }) => (sum === null || macs === null ? null : sum + macs), 0);
}

function describe(value: ValueInfoProto): ValueSummary {
  return { name: value.name, type: typeOf(value), shape: dimsOf(value) };
}
