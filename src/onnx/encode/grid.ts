/** How elements fall into quantization groups: compute's `Groups`, restated because this room may not import compute. */
export interface Groups {
  /** The tensor viewed row-major as [outer, channels, inner]; `block` reduced elements of a channel share a scale. */
  readonly outer: number;
  readonly channels: number;
  readonly inner: number;
  readonly block: number;
}

/** Compute's `Grid`: value = (code - zeroPoint) * scale, one scale and zero point a group, group = channel * blocks + block. */
export interface Grid {
  readonly groups: Groups;
  readonly bits: number;
  /** Lowest code: below 0 for symmetric grids, whose codes are two's complement bytes; 0 for asymmetric ones. */
  readonly qMin: number;
  readonly qMax: number;
  readonly scales: Float32Array;
  readonly zeroPoints: Int32Array;
}

/** Compute's `Codebook`: value = values[group * size + code], one table a group. */
export interface Codebook {
  readonly groups: Groups;
  readonly size: number;
  readonly values: Float32Array;
}

/** Bits that a code of a codebook takes: 1..8. */
export function codebookBits({ size }: Pick<Codebook, 'size'>): number {
  return Math.max(1, Math.ceil(Math.log2(size)));
}

export function blocksPerChannel(groups: Groups): number {
  return Math.ceil((groups.outer * groups.inner) / groups.block);
}

/** Whether any group's zero is not at code 0. */
export function isAsymmetric(grid: Grid): boolean {
  return grid.zeroPoints.some((zero) => zero !== 0);
}
