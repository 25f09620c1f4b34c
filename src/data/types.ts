import type { DataLimits } from './limits';
import type { Pixels } from './source';

/** Evaluation card: what the samples are and how they become the model's inputs. */
export type Card = ImageCard | TensorCard;

interface AnyCard {
  readonly version: 1;
  readonly model?: string;
  readonly task: 'classification';
  readonly data: string;
  readonly labels?: CardLabels;
}

/** Samples with pixels (or values in their place) for a model with one input. */
export interface ImageCard extends AnyCard {
  readonly format: 'idx' | 'cifar10-binary' | 'images+csv' | 'folders' | 'npy' | 'csv' | 'parquet';
  /**
   * idx, cifar10-binary, npy, csv: the file with the samples. parquet: one, several by `*`, or absent: all, in the order of their paths.
   */
  readonly images?: string;
  readonly input: CardInput;
}

/** Recorded inputs of any model, fed as they are. */
export interface TensorCard extends AnyCard {
  readonly format: 'tensors';
  /**
   * npy file of each of the model's inputs: [n, ...], one sample after another along the first axis. A path with `*` stands for one
   * file a sample, in the order of their paths. One sample alone serves all the others' samples.
   */
  readonly tensors: Readonly<Record<string, string>>;
}

/** value = (pixel*scale - mean)/std. */
export interface CardInput {
  readonly layout: 'NCHW' | 'NHWC';
  /** [height, width] after the centre crop. */
  readonly size: readonly [number, number];
  /** Shorter side is resized to this many pixels before the crop; absent: straight to `size`. */
  readonly resizeShorter?: number;
  readonly channels: 'RGB' | 'BGR' | 'L';
  readonly scale: number;
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

export interface CardLabels {
  readonly file?: string;
  readonly names?: string;
  /** Added to a label to get the class index. */
  readonly offset?: number;
}

/** A file with the path it had in its folder (webkitRelativePath or name). */
export interface NamedBlob {
  readonly path: string;
  readonly blob: Blob;
}

/** A file among the samples': dropped as it is, or an entry of an archive, which is unpacked when it is asked for. */
export interface DataFile {
  readonly path: string;
  /** Bytes, unpacked. */
  readonly size: number;
  /** What it may expand to where it is packed itself. */
  readonly limits: DataLimits;
  blob(): Promise<Blob>;
}

/** An input of the model, as its file names it. */
export interface ModelInput {
  readonly name: string;
  /** onnxruntime's name: "float32". */
  readonly type: string;
  /** Open dimensions are names. */
  readonly dims: readonly (number | string)[];
}

/** Samples read on demand: memory does not grow with their number. */
export type Dataset = ImageDataset | TensorDataset;

interface AnyDataset {
  readonly length: number;
  /** Class index per sample (offset added), or null without labels. */
  readonly labels: Int32Array | null;
  readonly classNames: readonly string[] | null;
  /** Names of samples that were left out, with the reason: counted, the first few listed. */
  readonly problems: { readonly count: number; readonly first: readonly string[] };
}

export interface ImageDataset extends AnyDataset {
  readonly kind: 'images';
  readonly card: ImageCard;
  /** Fills `into` (length >= sample size) with one preprocessed sample at `offset`. */
  read(index: number, into: Float32Array, offset: number): Promise<void>;
  /** The sample as it is stored, before any preprocessing. */
  pixels(index: number): Promise<Pixels>;
  /** Floats of one sample: channels*height*width. */
  readonly sampleSize: number;
  /** Shape of a batch of n. */
  batchShape(n: number): readonly number[];
}

export interface TensorDataset extends AnyDataset {
  readonly kind: 'tensors';
  readonly card: TensorCard;
  /** By the name of the model's input. */
  readonly tensors: ReadonlyMap<string, TensorColumn>;
}

/** Recorded values of one input. */
export interface TensorColumn {
  /** Files that hold it, for messages. */
  readonly path: string;
  /** One sample's values, whose first axis may lack the batch; 64-bit integers beyond 2^53 lose their last digits. */
  read(index: number): Promise<TensorValues>;
}

/** One sample of a recorded input, row-major. */
export interface TensorValues {
  readonly shape: readonly number[];
  readonly values: Float64Array;
}
