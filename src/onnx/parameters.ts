import { indexConstants, type FoundParameter } from './constants';
import { layersAmong, uniqueId } from './layers';
import type { Role } from './operators/types';
import { shapeOf, weightType } from './tensor';
import { readableText } from './text';
import type { Layer, OnnxModel, WeightType } from './types';
import type { Value } from './values';
import type { ParameterUse, WeightUse } from './weights';

/** A constant that training made: a layer's weight, or a bias, a norm's scale and the like. Several readers share one. */
export interface Parameter {
  /** Unique in the model: of a weight its layer's id, of others the tensor's name, which stays while the nodes around it are edited. */
  readonly id: string;
  readonly role: Role;
  readonly shape: readonly number[];
  readonly type: WeightType;
  /** The stored tensor as [outer, channels, inner]. */
  readonly view: Layer['view'];
  /** The first node that reads it in this role, and as which of its inputs. */
  readonly owner: { readonly node: string; readonly op: string; readonly port: number };
  /** False for what training observes (running means and variances), and for values that have to stay. */
  readonly trainable: boolean;
}

/** A parameter with where it is kept and who reads it as one. */
export interface ParameterSource {
  readonly parameter: Parameter;
  readonly value: Value;
  readonly uses: readonly (WeightUse | ParameterUse)[];
}

/**
 * All parameters of a model, each kind in the order in which the graph computes, weights first. What a constant is follows from how nodes
 * read it (operators/): those of elementwise sums and products count from two values on, since a single number is part of a formula.
 * Anchors and other tables of numbers that are added are not told from biases.
 */
export function findParameters(model: OnnxModel): ParameterSource[] {
  const constants = indexConstants(model.proto);
  const layers = layersAmong(constants);
  const names = new Map(layers.map(({ layer }) => [layer.id, 1]));
  const weights = layers.map(({ layer, value, uses, kept }): ParameterSource => {
    const { id, shape, type, view } = layer;
    return { parameter: { id, role: 'weight', shape, type, view, owner: ownerOf(uses), trainable: kept === null }, value, uses };
  });
  return [...weights, ...constants.others.map((found) => describe(found, names))];
}

function describe({ value, uses, kept }: FoundParameter, names: Map<string, number>): ParameterSource {
  const [first] = uses;
  const { constant } = value;
  const type = weightType(constant?.dataType ?? 0);
  if (!first || !constant || !type) throw new Error(`"${value.name}" is no parameter`);
  const { role, observed = false } = first.port;
  const parameter = {
    id: uniqueId(readableText(value.name), names),
    role,
    shape: shapeOf(constant),
    type,
    view: first.view,
    owner: ownerOf(uses),
    trainable: kept === null && !observed,
  };
  return { parameter, value, uses };
}

function ownerOf([use]: readonly (WeightUse | ParameterUse)[]): Parameter['owner'] {
  return { node: use?.node.name || (use?.node.output[0] ?? ''), op: use?.node.opType ?? '', port: use?.input ?? 0 };
}
