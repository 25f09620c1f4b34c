/** A sample's stored values, interleaved (row, column, channel); bytes when they are an image's. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3 | 4;
  readonly data: Uint8Array | Uint8ClampedArray | Float32Array;
}

/** A label as the data have it: a number, a class's name, or null where it is missing. */
export type RawLabel = number | string | null;

/** One row of a label file. */
export interface LabelRow {
  /** null where the file lists labels only, in the samples' order. */
  readonly file: string | null;
  readonly label: RawLabel;
}

/** Samples of one format, before labels are made class indices and pixels a tensor. */
export interface Source {
  /** Samples that can be read. */
  readonly length: number;
  /** Samples that the file says it has: more than `length` where it is cut off. */
  readonly declared: number;
  /** null: the data have no labels at all. */
  readonly labels: ArrayLike<RawLabel> | null;
  /** Names of the classes, where the data bring them. */
  readonly names?: readonly string[];
  /** What the sample is called in a message: "sample 12", "images/a.jpg". */
  name(index: number): string;
  read(index: number): Promise<Pixels>;
  /** Reading takes so long (an image is decoded) that what was made of it is worth keeping. */
  readonly costly?: boolean;
}

/** Channel planes one after another, written interleaved to `into`. */
export function interleave<T extends Uint8Array | Float32Array>(planes: T, channels: number, into: T): T {
  const area = planes.length / channels;
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < area; i++) into[i * channels + c] = planes[c * area + i] ?? 0;
  }
  return into;
}
