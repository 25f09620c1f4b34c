import { WhittleError } from '../base/errors';
import { cloneForEdit } from './clone';
import { prependNodes, removeConstant, uniqueNames, valueInfo } from './graph';
import type { LayerSource } from './layers';
import { findLayers } from './layers';
import { makeNode } from './nodes';
import { DataType, FLOAT_TYPES } from './tensor';
import { isPlainName } from './text';
import type { OnnxModel } from './types';

export interface WeightInput {
  readonly layerId: string;
  readonly inputName: string;
  readonly shape: readonly number[];
}

/**
 * A copy of the model in which the given layers' weights are float32 inputs of the main graph, so that one session serves any
 * number of weight settings, with the same output to the bit. Weights of another float type get a Cast; weights inside subgraphs are read
 * by their nodes from the main graph.
 * @throws WhittleError 'internal' for an id that is no layer of the model.
 */
export function weightsAsInputs(model: OnnxModel, layerIds: readonly string[]): { model: OnnxModel; inputs: WeightInput[] } {
  const copy = cloneForEdit(model);
  const { graph } = copy.proto;
  const sources = new Map(findLayers(copy).sources.map((source) => [source.layer.id, source]));
  const names = uniqueNames(copy.proto);
  const inputs = layerIds.map((layerId) => {
    const source = sources.get(layerId);
    if (!graph || !source)
      throw new WhittleError('internal', `There is no layer "${layerId}" in "${model.name}".`, 'Open the model again.');
    return { layerId, inputName: openWeight(copy, source, names), shape: source.layer.shape };
  });
  return { model: copy, inputs };
}

/** Takes the constant out and puts an input in its place; returns the input's name. */
function openWeight({ proto }: OnnxModel, { layer, value }: LayerSource, names: (prefix: string) => string): string {
  const { graph: home } = value.scope;
  const main = proto.graph ?? home;
  const isFloat = layer.type === 'float32';
  const keepsName = home === main && isFloat && !value.isOutput && isPlainName(value.name);
  const inputName = keepsName ? value.name : names('w');
  removeConstant(home, value.name);
  home.valueInfo = home.valueInfo.filter((info) => info.name !== value.name);
  main.input.push(valueInfo(inputName, DataType.FLOAT, layer.shape));
  if (keepsName) return inputName;

  const recast = isFloat ? [] : [makeNode('Cast', [inputName], [names('w')], { to: FLOAT_TYPES[layer.type] })];
  const current = recast[0]?.output[0] ?? inputName;
  prependNodes(main, recast);
  for (const { node, input } of value.uses) node.input[input] = current;
  // A graph cannot return a value of the graph around it, nor an input, by name alone.
  if (value.isOutput) home.node.push(makeNode('Identity', [current], [value.name]));
  return inputName;
}
