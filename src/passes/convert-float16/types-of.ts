import type { GraphProto, NodeProto, TypeProto } from 'onnx-buf';
import { findAttribute, intAttribute, subgraphsOf } from '../../onnx/nodes';
import type { Scope } from '../../onnx/graph';
import { DataType } from '../../onnx/tensor';
import type { Value, ValueIndex } from '../../onnx/values';

/** Operators whose outputs are never float, whatever goes in. */
const NOT_FLOAT: ReadonlySet<string> = new Set(
  (
    'Equal Greater GreaterOrEqual Less LessOrEqual And Or Xor Not IsNaN IsInf Shape Size ArgMax ArgMin NonZero NonMaxSuppression QuantizeLinear ' +
    'ConvInteger MatMulInteger QLinearConv QLinearMatMul StringNormalizer StringSplit RegexFullMatch'
  ).split(' '),
);

/** Which outputs have the element type of the data input; the others (indices, masks, counts) are integers or bool. */
const TYPED_OUTPUTS: Readonly<Record<string, number>> = { MaxPool: 1, Dropout: 1, TopK: 1, Unique: 1, DynamicQuantizeLinear: 0 };

/** Index of the input whose type the output takes, where it is not the first. */
const TYPE_SOURCE: Readonly<Record<string, number>> = { Where: 1, OneHot: 2, DequantizeLinear: 1, ConcatFromSequence: 0 };

/**
 * Tells which values of a model are float32, by the operators' type rules (ONNX operator specification). One answer a value,
 * worked out on demand and kept.
 */
export function createFloatTypes(index: ValueIndex): (value: Value) => boolean {
  const known = new Map<Value, boolean>();
  const declared = new Map(index.scopes.map(({ graph }) => [graph, declaredTypes(graph)]));

  function isFloat(value: Value): boolean {
    const kept = known.get(value);
    if (kept !== undefined) return kept;
    known.set(value, false);
    const answer = work(value);
    known.set(value, answer);
    return answer;
  }

  function work(value: Value): boolean {
    if (value.constant !== null) return value.constant.dataType === DataType.FLOAT;
    const type = declared.get(value.scope.graph)?.get(value.name);
    if (type !== undefined) return type === DataType.FLOAT;
    const node = value.producer;
    return node !== null && outputIsFloat(value.scope, node, node.output.indexOf(value.name));
  }

  function inputIsFloat(scope: Scope, name: string | undefined): boolean {
    const value = name === undefined || name === '' ? undefined : index.find(scope, name);
    return value !== undefined && isFloat(value);
  }

  function outputIsFloat(scope: Scope, node: NodeProto, output: number): boolean {
    if (NOT_FLOAT.has(node.opType) || output >= (TYPED_OUTPUTS[node.opType] ?? Number.POSITIVE_INFINITY)) return false;
    switch (node.opType) {
      case 'Cast':
        return intAttribute(node, 'to', 0) === DataType.FLOAT;
      case 'Constant':
        return findAttribute(node, 'value_float') !== undefined || findAttribute(node, 'value_floats') !== undefined;
      case 'ConstantOfShape':
        return (findAttribute(node, 'value')?.t?.dataType ?? DataType.FLOAT) === DataType.FLOAT;
      case 'RandomNormal':
      case 'RandomUniform':
        return intAttribute(node, 'dtype', DataType.FLOAT) === DataType.FLOAT;
      case 'EyeLike':
      case 'Bernoulli':
      case 'RandomNormalLike':
      case 'RandomUniformLike':
        return findAttribute(node, 'dtype') ? intAttribute(node, 'dtype', 0) === DataType.FLOAT : inputIsFloat(scope, node.input[0]);
      case 'CastLike':
        return inputIsFloat(scope, node.input[1]);
      case 'If':
      case 'Loop':
      case 'Scan': {
        const [body] = subgraphsOf(node);
        const inner = index.scopes.find((s) => s.graph === body);
        // A Loop's body returns its condition first.
        const name = body?.output[node.opType === 'Loop' ? output + 1 : output]?.name;
        return inner !== undefined && inputIsFloat(inner, name);
      }
      default:
        return inputIsFloat(scope, node.input[TYPE_SOURCE[node.opType] ?? 0]);
    }
  }

  return isFloat;
}

function declaredTypes(graph: GraphProto): Map<string, number> {
  const types = new Map<string, number>();
  for (const { name, type } of [...graph.valueInfo, ...graph.output, ...graph.input]) {
    const elemType = tensorTypeOf(type)?.elemType;
    if (elemType !== undefined && elemType !== DataType.UNDEFINED) types.set(name, elemType);
  }
  return types;
}

/** The tensor type at the bottom of a type: of a tensor, or of the elements of a sequence or optional. */
export function tensorTypeOf(type: TypeProto | undefined): { elemType: number } | undefined {
  const value = type?.value;
  if (value?.case === 'tensorType') return value.value;
  return value?.case === 'sequenceType' || value?.case === 'optionalType' ? tensorTypeOf(value.value.elemType) : undefined;
}
