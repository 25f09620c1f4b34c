/** A sample's stored values, interleaved (row, column, channel); bytes when they are an image's. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3 | 4;
  readonly data: Uint8Array | Uint8ClampedArray | Float32Array;
}

/** A label as the data have it: a number, a class's name, or null where it is missing. */
export type RawLabel = number | string | null;

/** Samples of one format, before labels are made class indices and pixels a tensor. */
export interface Source {
  /** Samples that can be read. */
  readonly length: number;
  /** Samples that the file says it has: more than `length` where it is cut off. */
  readonly declared: number;
  /** null: the data have no labels at all. */
  readonly labels: ArrayLike<RawLabel> | null;
  /** What the sample is called in a message: "sample 12", "images/a.jpg". */
  name(index: number): string;
  read(index: number): Promise<Pixels>;
}

/** Channel planes one after another, written interleaved to `into`. */
export function interleave<T extends Uint8Array | Float32Array>(planes: T, channels: number, into: T): T {
  const area = planes.length / channels;
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < area; i++) into[i * channels + c] = planes[c * area + i] ?? 0;
  }
  return into;
}
