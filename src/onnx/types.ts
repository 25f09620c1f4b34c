import type { ModelProto } from 'onnx-buf';
import type { Bytes } from '../base/stored-bytes';

/** A named file as dropped: the model, or one of its external data files. */
export interface NamedBytes {
  readonly name: string;
  readonly bytes: Bytes;
}

/** Mean and standard deviation of each channel of a value, as training saw it. */
export interface ChannelMoments {
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
}

/** What is known of a graph beside what its file says. A copy for editing has its own. */
export interface Annotations {
  /** What folded batch norms said of the values that took their outputs' names: what rescales such values rescales it too. */
  readonly moments: Map<string, ChannelMoments>;
}

/**
 * An open ONNX model: the protobuf message (unknown fields kept) whose tensors' raw data (raw.ts) are views into the file where that is in
 * memory, else stretches of it.
 */
export interface OnnxModel {
  readonly proto: ModelProto;
  /** File name without folders, for derived names. */
  readonly name: string;
  /** Bytes of the model file plus its external data. */
  readonly bytes: number;
  readonly annotations?: Annotations;
}

/** A private copy: graph passes edit `proto` and the annotations in place. */
export interface EditableModel extends OnnxModel {
  readonly annotations: Annotations;
}

/** The very bytes that were opened: the model's file, and its external data by the locations that it gives them. */
export interface ModelSource {
  readonly bytes: Bytes;
  readonly external: readonly { readonly path: string; readonly bytes: Bytes }[];
}

/** A model as it was read, with where it came from. */
export interface ReadModel extends OnnxModel {
  readonly source: ModelSource;
}

export type WeightType = 'float32' | 'float16' | 'bfloat16' | 'float64';

/** A constant float tensor that a compute node reads as its weight: the unit that passes, the layer table and recipes speak of. */
export interface Layer {
  /** Unique in the model and stable over fold-batchnorm: the node's name, else its first output; recipes name it. */
  readonly id: string;
  readonly op: string;
  readonly shape: readonly number[];
  readonly type: WeightType;
  readonly params: number;
  readonly bytes: number;
  /** The view [outer, channels, inner] whose middle axis is the output channel (see compute Groups). */
  readonly view: { readonly outer: number; readonly channels: number; readonly inner: number };
  /** Where the tensor is kept. */
  readonly source: 'initializer' | 'constant';
  /** True inside an If, Loop or Scan body. */
  readonly inSubgraph: boolean;
  /** Name of the tensor in its graph. Weights shared by several nodes are one layer, named after the first. */
  readonly tensorName: string;
  /** Multiply-accumulates of one inference with batch 1 and unknown dimensions taken as 1; null where the shape is not known. */
  readonly macs: number | null;
}

export interface Skipped {
  readonly layer: string;
  readonly reason: string;
}

export interface ValueSummary {
  readonly name: string;
  readonly type: string;
  /** Numbers, or names of dynamic dimensions; null where the file gives no shape. */
  readonly shape: readonly (number | string)[] | null;
}

/** What an opened file is, at a glance. */
export interface ModelSummary {
  readonly name: string;
  /** Of the file and its external data. */
  readonly bytes: number;
  readonly opset: number;
  readonly irVersion: number;
  readonly producer: string;
  /** Elements of all float constants. */
  readonly params: number;
  /** Multiply-accumulates of all layers; null where those of any are not known. */
  readonly macs: number | null;
  /** Of the main graph and all graphs inside it. */
  readonly nodes: number;
  /** Nodes by operator. */
  readonly ops: Readonly<Record<string, number>>;
  readonly inputs: readonly ValueSummary[];
  readonly outputs: readonly ValueSummary[];
}

/** How a weight is stored in the exported file, decided by quantize-weights. */
export type Storage = 'packed' | 'dequantize' | 'matmulnbits' | 'float16';

/** The form of a layer's weights in a file: the model's own floats, or how a pass stored them. */
export type StoredForm = Storage | 'float';
