/** Operators that make values of shapes, of nothing, or by the graphs that they hold. */
import type { NodeProto } from 'onnx-buf';
import { findAttribute, intAttribute } from '../nodes';
import { DataType } from '../tensor';
import { changedBy } from './changes';
import { unary } from './shape-rules';
import type { Operator } from './types';

export const MAKING: readonly Operator[] = [
  {
    types: 'Shape',
    shape: unary((x) => [x.length]),
    integers: ({ node, shapes: [x] }) => x?.slice(intAttribute(node, 'start', 0), intAttribute(node, 'end', x.length)) ?? null,
  },
  { types: 'Constant', typed: constantType },
  {
    types: 'ConstantOfShape',
    shape: ({ numbers: [shape] }) => [shape ?? null],
    typed: (node) => findAttribute(node, 'value')?.t?.dataType ?? DataType.FLOAT,
  },
  { types: 'RandomNormal RandomUniform', random: true, typeAttribute: { name: 'dtype', usual: DataType.FLOAT } },
  { types: 'Multinomial', random: true, typeAttribute: { name: 'dtype', usual: DataType.INT32 } },
  { types: 'Bernoulli RandomNormalLike RandomUniformLike', random: true, typeAttribute: { name: 'dtype', usual: 'first input' } },
  { types: 'EyeLike', typeAttribute: { name: 'dtype', usual: 'first input' } },
  { types: 'HannWindow HammingWindow BlackmanWindow MelWeightMatrix', typeAttribute: { name: 'output_datatype', usual: DataType.FLOAT } },
  { types: 'LabelEncoder', domains: ['ai.onnx.ml'], typed: labelType },
  {
    types: 'If',
    shape: ({ node, branches }) => node.output.map((_, at) => branches.map((outputs) => outputs[at]).find(Boolean) ?? null),
    control: 'branches',
  },
  { types: 'Loop', control: 'loop' },
  { types: 'Scan', control: 'scan', changed: changedBy(8, 9, 11) },
  { types: 'SequenceAt ConcatFromSequence', sequence: 'unwraps' },
  // From operator set 18 on it takes plain tensors too.
  { types: 'OptionalGetElement', sequence: 'unwraps optionals' },
  { types: 'SequenceConstruct SplitToSequence Optional', sequence: 'wraps' },
  { types: 'SequenceInsert', sequence: 'inserts' },
  { types: 'SequenceErase', sequence: 'drops' },
  { types: 'SequenceEmpty', sequence: 'makes' },
  { types: 'SequenceMap', sequence: 'maps' },
];

function constantType(node: NodeProto): number | null {
  const sparse = findAttribute(node, 'sparse_value')?.sparseTensor?.values;
  if (sparse) return sparse.dataType;
  const has = (name: string): boolean => findAttribute(node, name) !== undefined;
  if (has('value_float') || has('value_floats')) return DataType.FLOAT;
  if (has('value_int') || has('value_ints')) return DataType.INT64;
  return has('value_string') || has('value_strings') ? DataType.STRING : null;
}

function labelType(node: NodeProto): number | null {
  const has = (name: string): boolean => findAttribute(node, name) !== undefined;
  if (has('values_floats')) return DataType.FLOAT;
  if (has('values_int64s')) return DataType.INT64;
  return has('values_strings') ? DataType.STRING : (findAttribute(node, 'values_tensor')?.t?.dataType ?? null);
}
