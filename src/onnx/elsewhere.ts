import type { GraphProto, ModelProto, NodeProto, TensorProto } from 'onnx-buf';
import { scopesOf } from './graph';
import { constantTensor, subgraphsOf } from './nodes';
import { NOTABLE_ELEMENTS } from './reasons';
import { sizeOf, typeName, weightType } from './tensor';
import type { Skipped } from './types';

/** Float tensors of notable size in places where no layer is sought: sparse ones, lists and attributes of nodes, functions of the model. */
export function floatsElsewhere(proto: ModelProto): Skipped[] {
  const skipped: Skipped[] = [];
  for (const { graph } of scopesOf(proto)) skipped.push(...sparseOf(graph), ...graph.node.flatMap((node) => attributesOf(node, false)));
  for (const { name, node } of proto.functions) {
    for (const { layer, reason } of node.flatMap(everything))
      skipped.push({
        layer: `${name}/${layer}`,
        reason: `It is inside the model's function ${name}, which is kept as it is. ${reason}`.trimEnd(),
      });
  }
  return skipped;
}

function sparseOf(graph: GraphProto): Skipped[] {
  return graph.sparseInitializer.flatMap(({ values, dims }) => (values ? sparse(values.name, values, dims) : []));
}

function sparse(layer: string, values: TensorProto, dims: readonly bigint[]): Skipped[] {
  const count = sizeOf(values.dims);
  if (count < NOTABLE_ELEMENTS || !weightType(values.dataType)) return [];
  return [
    {
      layer,
      reason:
        `It is stored sparse (${count} of ${sizeOf(dims)} ${typeName(values.dataType)} values), ` +
        'and sparse tensors are kept as they are.',
    },
  ];
}

/** What a node of a function holds, in its bodies too. */
function everything(node: NodeProto): Skipped[] {
  const inside = subgraphsOf(node).flatMap((graph) =>
    graph.initializer.flatMap((tensor) => dense(tensor.name, tensor, '')).concat(sparseOf(graph), graph.node.flatMap(everything)),
  );
  return attributesOf(node, true).concat(inside);
}

/** @param constants whether tensors of `Constant` nodes count: in graphs they are values, which may be layers. */
function attributesOf(node: NodeProto, constants: boolean): Skipped[] {
  const layer = node.output[0] ?? node.name;
  const held = constantTensor(node);
  return node.attribute.flatMap((attribute) => {
    const where = `It is kept in the attribute "${attribute.name}" of ${node.opType}.`;
    const tensors = [...(attribute.t && (constants || attribute.t !== held) ? [attribute.t] : []), ...attribute.tensors];
    const found = tensors.flatMap((tensor) => dense(layer, tensor, tensor === held ? '' : where));
    if (attribute.sparseTensor?.values) found.push(...sparse(layer, attribute.sparseTensor.values, attribute.sparseTensor.dims));
    if (attribute.floats.length >= NOTABLE_ELEMENTS)
      found.push({
        layer,
        reason: `${where} A list of ${attribute.floats.length} numbers is no tensor that could be stored in another form.`,
      });
    return found;
  });
}

function dense(layer: string, tensor: TensorProto, reason: string): Skipped[] {
  return sizeOf(tensor.dims) >= NOTABLE_ELEMENTS && weightType(tensor.dataType) ? [{ layer, reason }] : [];
}
