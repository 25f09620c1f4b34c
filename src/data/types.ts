/** Evaluation card: what the samples are and how they become the model's input. value = (pixel*scale - mean)/std. */
export interface Card {
  readonly version: 1;
  readonly model?: string;
  readonly task: 'classification';
  readonly data: string;
  readonly format: 'idx' | 'cifar10-binary' | 'images+csv' | 'folders' | 'npy' | 'csv';
  /** idx, cifar10-binary, npy, csv: the file with the samples. */
  readonly images?: string;
  readonly input: CardInput;
  readonly labels?: CardLabels;
}

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

/** Samples decoded on demand: memory does not grow with their number. */
export interface Dataset {
  readonly length: number;
  readonly card: Card;
  /** Class index per sample (offset added), or null without labels. */
  readonly labels: Int32Array | null;
  readonly classNames: readonly string[] | null;
  /** Names of samples that were left out, with the reason: counted, the first few listed. */
  readonly problems: { readonly count: number; readonly first: readonly string[] };
  /** Fills `into` (length >= sample size) with one preprocessed sample at `offset`. */
  read(index: number, into: Float32Array, offset: number): Promise<void>;
  /** Floats of one sample: channels*height*width. */
  readonly sampleSize: number;
  /** Shape of a batch of n. */
  batchShape(n: number): readonly number[];
}
