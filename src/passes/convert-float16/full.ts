import type { GraphProto, NodeProto } from 'onnx-buf';
import { uniqueNames } from '../../onnx/graph';
import { isControl } from '../../onnx/body-types';
import { indexTypes } from '../../onnx/element-types';
import { makeNode } from '../../onnx/nodes';
import { returnedConstants } from '../../onnx/returned';
import { DataType } from '../../onnx/tensor';
import type { OnnxModel, Skipped } from '../../onnx/types';
import { indexValues, type Value, type ValueIndex } from '../../onnx/values';
import { blockedNodes, opaqueBodies, type Wishes } from './blocked';
import { halveAttributes, halveTensor } from './constants';
import { givesHalf, takesHalf } from './slots';

export interface FullOptions extends Wishes {
  /** Graph inputs and outputs stay float32, with a Cast at the border. */
  readonly keepIo: boolean;
}

/** What is asked of the nodes and graphs of one model. */
interface Plan {
  readonly keepIo: boolean;
  /** Whether a node takes this input, or gives this output, in float32. */
  readonly takesSingle: (node: NodeProto, input: number) => boolean;
  readonly givesSingle: (node: NodeProto, output: number) => boolean;
  /** Graphs whose inputs and outputs stay as they are. */
  readonly opaque: ReadonlySet<GraphProto>;
  /** Constants that an output of the model follows from. */
  readonly returned: ReadonlySet<Value>;
}

/** A float32 value after conversion: the names of its two forms, and which one its producer makes. */
interface Forms {
  readonly half: string;
  readonly single: string;
  readonly native: 'half' | 'single';
  needsHalf: boolean;
  needsSingle: boolean;
}

/**
 * Converts a model to compute in float16, in place and in all its graphs: constants, attributes, declared types, with Casts where
 * a value crosses between the two precisions. Integer tensors, shapes and stored codes are not touched.
 * @returns each constant that does not fit, and each wish that cannot be met.
 */
export function convertToHalf(model: OnnxModel, options: FullOptions): Skipped[] {
  const { proto } = model;
  if (proto.functions.length > 0)
    return [{ layer: model.name, reason: 'The model has functions of its own, which are not converted to float16.' }];
  const index = indexValues(proto);
  const { opset } = index;
  const types = indexTypes(index);
  const blocked = blockedNodes(index, types, options);
  const plan: Plan = {
    keepIo: options.keepIo,
    takesSingle: (node, input) => blocked.nodes.has(node) || !takesHalf(node, input, opset),
    givesSingle: (node, output) => blocked.nodes.has(node) || !givesHalf(node, output, opset),
    opaque: opaqueBodies(index),
    returned: returnedConstants(index),
  };
  const fresh = uniqueNames(proto);
  const forms = new Map<Value, Forms>();
  for (const scope of index.scopes) {
    for (const value of index.valuesOf(scope.graph)) {
      if (types.typeOf(value) === DataType.FLOAT) forms.set(value, formsOf(value, plan, fresh));
    }
  }
  markOutputs(index, forms, plan);
  const skipped = [...blocked.skipped, ...wishes(index, options)];
  const casts = new Map<NodeProto | GraphProto, NodeProto[]>();
  for (const [value, form] of forms) {
    skipped.push(...convertValue(value, form));
    rename(value, form, plan);
    const [from, to, type] = form.native === 'half' ? [form.half, form.single, DataType.FLOAT] : [form.single, form.half, DataType.FLOAT16];
    if (form.native === 'half' ? !form.needsSingle : !form.needsHalf) continue;
    const after = value.producer ?? value.scope.graph;
    casts.set(after, [...(casts.get(after) ?? []), makeNode('Cast', [from], [to], { to: type })]);
  }
  for (const [{ producer }, form] of forms) if (producer && form.native === 'half') halveAttributes(producer);
  for (const { graph } of index.scopes) {
    const nodes = [...(casts.get(graph) ?? [])];
    for (const node of graph.node) nodes.push(node, ...(casts.get(node) ?? []));
    graph.node = nodes;
  }
  declareTypes(index, forms);
  return skipped;
}

function formsOf(value: Value, plan: Plan, fresh: (prefix: string) => string): Forms {
  const { producer, constant, scope } = value;
  const main = scope.parent === null;
  const isInput = producer === null && constant === null;
  const keepsType = (main && plan.keepIo) || plan.opaque.has(scope.graph);
  const isPublic = keepsType && (isInput || scope.graph.output.some((o) => o.name === value.name));
  const singleUse = (use: Value['uses'][number]): boolean => plan.takesSingle(use.node, use.input);
  const needsSingle = value.uses.some(singleUse);
  const needsHalf = value.uses.some((use) => !singleUse(use));
  // A constant that the model returns keeps its values.
  const constantKept = constant !== null && (isPublic || (plan.keepIo && plan.returned.has(value)) || (!needsHalf && !value.isOutput));
  const producedSingle = producer !== null && constant === null && plan.givesSingle(producer, producer.output.indexOf(value.name));
  const madeSingle = (isInput && keepsType) || producedSingle || constantKept;
  const keepsName = isPublic || constantKept;
  return {
    half: keepsName ? fresh('half_') : value.name,
    single: keepsName ? value.name : fresh('single_'),
    native: madeSingle ? 'single' : 'half',
    needsHalf,
    needsSingle,
  };
}

/** Main outputs are wanted in the type the caller sees; what a branch or body returns is half, under whatever name it has now. */
function markOutputs(index: ValueIndex, forms: ReadonlyMap<Value, Forms>, plan: Plan): void {
  for (const scope of index.scopes) {
    for (const output of scope.graph.output) {
      const value = index.find(scope, output.name);
      const form = value && forms.get(value);
      if (!form) continue;
      if (plan.opaque.has(scope.graph) || (scope.parent === null && plan.keepIo)) {
        form.needsSingle = true;
        output.name = form.single;
      } else {
        form.needsHalf = true;
        output.name = form.half;
      }
    }
  }
}

function wishes(index: ValueIndex, options: FullOptions): Skipped[] {
  const control = new Set(
    index.scopes.flatMap((s) => s.graph.node.filter((n) => isControl(n) && options.blockOps.has(n.opType)).map((n) => n.opType)),
  );
  return [...control].map((op) => ({
    layer: op,
    reason: `${op} holds graphs of its own, which are converted; it cannot be kept in float32.`,
  }));
}

function convertValue(value: Value, form: Forms): Skipped[] {
  const constant = value.constant ?? value.fallback;
  if (constant === null || form.native === 'single') return [];
  const { tensor, problem } = halveTensor(constant);
  // In place: the tensor may sit in the list of initializers or in a Constant node.
  Object.assign(constant, { dataType: tensor.dataType, rawData: tensor.rawData, floatData: [] });
  return problem === null ? [] : [{ layer: value.name, reason: `${problem}; they are clipped.` }];
}

/** Gives the producer and each reader the name of the form it makes or takes. */
function rename(value: Value, form: Forms, { takesSingle }: Plan): void {
  const native = form.native === 'half' ? form.half : form.single;
  if (value.producer) value.producer.output = value.producer.output.map((name) => (name === value.name ? native : name));
  else if (value.constant) value.constant.name = native;
  for (const { node, input } of value.uses) {
    node.input[input] = takesSingle(node, input) ? form.single : form.half;
  }
}

/** Declared types follow the names: a name that now means the half form is float16. */
function declareTypes(index: ValueIndex, forms: ReadonlyMap<Value, Forms>): void {
  const halves = new Set([...forms.values()].filter((f) => f.native === 'half' || f.needsHalf).map((f) => f.half));
  for (const { graph } of index.scopes) {
    for (const { name, type } of [...graph.input, ...graph.output, ...graph.valueInfo]) {
      if (type?.value.case === 'tensorType' && type.value.value.elemType === DataType.FLOAT && halves.has(name))
        type.value.value.elemType = DataType.FLOAT16;
    }
  }
}
