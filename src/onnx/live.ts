import { WhittleError } from '../base/errors';
import { cloneForEdit } from './clone';
import { prependNodes, removeConstant, uniqueNames, valueInfo } from './graph';
import { makeNode } from './nodes';
import { findParameters, type ParameterSource } from './parameters';
import { bytesOf, DataType, FLOAT_TYPES, makeTensor } from './tensor';
import { isPlainName } from './text';
import type { OnnxModel } from './types';

/** A parameter that is an input of a graph. */
export interface ParameterInput {
  readonly id: string;
  readonly inputName: string;
  readonly shape: readonly number[];
}

/**
 * A copy of the model in which the given parameters, of whatever role, are float32 inputs of the main graph, so that one session serves any
 * number of their settings, with the same output to the bit. Those of another float type get a Cast; those inside subgraphs are read by
 * their nodes from the main graph.
 * @throws WhittleError 'internal' for an id that is no parameter of the model.
 */
export function parametersAsInputs(model: OnnxModel, ids: readonly string[]): { model: OnnxModel; inputs: ParameterInput[] } {
  const copy = cloneForEdit(model);
  const { graph } = copy.proto;
  const sources = new Map(findParameters(copy).map((source) => [source.parameter.id, source]));
  const names = uniqueNames(copy.proto);
  const inputs = ids.map((id) => {
    const source = sources.get(id);
    if (!graph || !source) throw new WhittleError('internal', `There is no parameter "${id}" in "${model.name}".`, 'Open the model again.');
    return { id, inputName: open(copy, source, names), shape: source.parameter.shape };
  });
  return { model: copy, inputs };
}

/**
 * A copy in which those of the inputs that values are given for are constants, in the place of the graph's own. For a graph that is run and
 * not written: it gets the IR version from which initializers are no inputs.
 */
export function inputsAsConstants(model: OnnxModel, inputs: readonly ParameterInput[], values: Values): OnnxModel {
  const copy = cloneForEdit(model);
  const { graph } = copy.proto;
  if (!graph) return copy;
  if (copy.proto.irVersion < 4n) copy.proto.irVersion = 4n;
  const given = inputs.filter(({ inputName }) => values.has(inputName));
  const names = new Set(given.map(({ inputName }) => inputName));
  graph.input = graph.input.filter(({ name }) => !names.has(name));
  for (const { inputName, shape } of given) {
    const data = values.get(inputName) ?? new Float32Array(0);
    graph.initializer.push(makeTensor(inputName, DataType.FLOAT, shape, bytesOf(data)));
  }
  return copy;
}

type Values = ReadonlyMap<string, Float32Array<ArrayBuffer>>;

/** Takes the constant out and puts an input in its place; returns the input's name. */
function open({ proto }: OnnxModel, { parameter, value }: ParameterSource, names: (prefix: string) => string): string {
  const { graph: home } = value.scope;
  const main = proto.graph ?? home;
  const isFloat = parameter.type === 'float32';
  const keepsName = home === main && isFloat && !value.isOutput && isPlainName(value.name);
  const inputName = keepsName ? value.name : names('w');
  removeConstant(home, value.name);
  home.valueInfo = home.valueInfo.filter((info) => info.name !== value.name);
  main.input.push(valueInfo(inputName, DataType.FLOAT, parameter.shape));
  if (keepsName) return inputName;

  const recast = isFloat ? [] : [makeNode('Cast', [inputName], [names('w')], { to: FLOAT_TYPES[parameter.type] })];
  const current = recast[0]?.output[0] ?? inputName;
  prependNodes(main, recast);
  for (const { node, input } of value.uses) node.input[input] = current;
  // A graph cannot return a value of the graph around it, nor an input, by name alone.
  if (value.isOutput) home.node.push(makeNode('Identity', [current], [value.name]));
  return inputName;
}
