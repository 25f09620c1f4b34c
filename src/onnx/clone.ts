import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import { clone, create } from '@bufbuild/protobuf';
import type { AttributeProto, GraphProto, NodeProto, TensorProto, ValueInfoProto } from 'onnx-buf';
import {
  AttributeProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  StringStringEntryProtoSchema,
  TensorProtoSchema,
  ValueInfoProtoSchema,
} from 'onnx-buf';
import { inheritOverridable } from './graph';
import type { EditableModel, OnnxModel } from './types';

/**
 * A copy whose graphs, nodes, attributes, tensors and declarations may be edited freely. Tensor data (bytes and typed lists) is
 * shared with the original: replace it, never write into it. Functions and training graphs are shared too and are not edited.
 */
export function cloneForEdit(model: OnnxModel): EditableModel {
  const proto = shallow(ModelProtoSchema, model.proto);
  inheritOverridable(model.proto, proto);
  if (proto.graph) proto.graph = cloneGraph(proto.graph);
  proto.opsetImport = proto.opsetImport.map((entry) => clone(OperatorSetIdProtoSchema, entry));
  proto.metadataProps = proto.metadataProps.map((entry) => clone(StringStringEntryProtoSchema, entry));
  return { ...model, proto, annotations: { moments: new Map(model.annotations?.moments) } };
}

function shallow<Desc extends DescMessage>(schema: Desc, message: MessageShape<Desc>): MessageShape<Desc> {
  return Object.assign(create(schema), message);
}

function cloneGraph(graph: GraphProto): GraphProto {
  const copy = shallow(GraphProtoSchema, graph);
  copy.node = graph.node.map(cloneNode);
  copy.initializer = graph.initializer.map(cloneTensor);
  copy.sparseInitializer = [...graph.sparseInitializer];
  copy.input = graph.input.map(cloneValue);
  copy.output = graph.output.map(cloneValue);
  copy.valueInfo = graph.valueInfo.map(cloneValue);
  return copy;
}

function cloneValue(value: ValueInfoProto): ValueInfoProto {
  return clone(ValueInfoProtoSchema, value);
}

/** A copy of a node for editing; attribute tensors share their data. */
export function cloneNode(node: NodeProto): NodeProto {
  const copy = shallow(NodeProtoSchema, node);
  copy.input = [...node.input];
  copy.output = [...node.output];
  copy.attribute = node.attribute.map(cloneAttribute);
  return copy;
}

function cloneAttribute(attribute: AttributeProto): AttributeProto {
  const copy = shallow(AttributeProtoSchema, attribute);
  if (attribute.t) copy.t = cloneTensor(attribute.t);
  if (attribute.g) copy.g = cloneGraph(attribute.g);
  copy.ints = [...attribute.ints];
  copy.tensors = attribute.tensors.map(cloneTensor);
  copy.graphs = attribute.graphs.map(cloneGraph);
  return copy;
}

/** A copy of a tensor for editing, which shares its data. */
export function cloneTensor(tensor: TensorProto): TensorProto {
  const copy = shallow(TensorProtoSchema, tensor);
  copy.dims = [...tensor.dims];
  return copy;
}
