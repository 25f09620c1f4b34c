/** How weights fall into groups, and what the weights of a group may be: a uniform grid, or the values of a table. */

/**
 * How a tensor's elements fall into quantization groups. The tensor is viewed row-major as [outer, channels, inner].
 * Element e has o = floor(e / (channels*inner)), c = floor(e / inner) % channels, i = e % inner, and reduced index
 * r = o*inner + i (its position among its channel's elements). Its group is c*blocksPerChannel + floor(r / block) with
 * blocksPerChannel = ceil(outer*inner / block).
 * Per tensor: {1, 1, size, size}. Per output channel of Conv [M,C,kH,kW]: {1, M, C*kH*kW, C*kH*kW}; of MatMul [K,N]: {K, N, 1, K}.
 */
export interface Groups {
  readonly outer: number;
  readonly channels: number;
  readonly inner: number;
  readonly block: number;
}

/** Uniform affine grid, one scale and zero point a group: value = (code - zeroPoint) * scale, code in [qMin, qMax]. */
export interface Grid {
  readonly groups: Groups;
  readonly bits: number;
  /** Lowest and highest code: -2^(b-1)..2^(b-1)-1 symmetric, whose codes are two's complement bytes; 0..2^b-1 asymmetric. */
  readonly qMin: number;
  readonly qMax: number;
  readonly scales: Float32Array;
  readonly zeroPoints: Int32Array;
}

/** A table a group whose values weights are made of: value = values[group * size + code], code in [0, size). */
export interface Codebook {
  readonly groups: Groups;
  /** Values a group, 1..256. */
  readonly size: number;
  /** [groups, size], each group's ascending; the last may repeat where a group has fewer. */
  readonly values: Float32Array;
}

/** 0 for a view of nothing in blocks of nothing. */
export function blocksPerChannel({ outer, inner, block }: Groups): number {
  return block === 0 ? 0 : Math.ceil((outer * inner) / block);
}

/** Groups of the whole tensor: how many scales a grid, or tables a codebook has. */
export function groupCount(groups: Groups): number {
  return groups.channels * blocksPerChannel(groups);
}

/** Group index of element `e` of a tensor viewed as `groups`. */
export function groupOf(e: number, groups: Groups): number {
  const o = Math.floor(e / (groups.channels * groups.inner));
  const c = channelOf(e, groups);
  const r = o * groups.inner + (e % groups.inner);
  return c * blocksPerChannel(groups) + Math.floor(r / groups.block);
}

/**
 * Calls `visit` with runs [from, to) of elements, in their order, which make up the elements [first, last) of a tensor viewed as `groups`:
 * element e of a run is in group `group + (e - from) * step`. So loops over elements need no division.
 */
export function forEachRun(
  groups: Groups,
  first: number,
  last: number,
  visit: (from: number, to: number, group: number, step: number) => void,
): void {
  const { channels, inner, block } = groups;
  const blocks = blocksPerChannel(groups);
  if (inner === 1) {
    // A run holds one element of each channel.
    for (let from = first; from < last;) {
      const o = Math.floor(from / channels);
      const to = Math.min(last, (o + 1) * channels);
      visit(from, to, (from - o * channels) * blocks + Math.floor(o / block), blocks);
      from = to;
    }
    return;
  }
  for (let from = first; from < last;) {
    const line = Math.floor(from / inner);
    const channel = line % channels;
    // Of element e in this line, o*inner + i is e + shift.
    const shift = (Math.floor(line / channels) - line) * inner;
    const of = Math.floor((from + shift) / block);
    const to = Math.min(last, (line + 1) * inner, (of + 1) * block - shift);
    visit(from, to, channel * blocks + of, 0);
    from = to;
  }
}

/**
 * Values of the channels [from, to) of a tensor viewed as `groups`, as [channels, outer*inner]: each channel's by their reduced index, so
 * that a group's lie together.
 */
export function valuesOfChannels(
  w: Float32Array,
  { outer, channels, inner }: Groups,
  { from, to }: { from: number; to: number },
): Float32Array {
  if (outer === 1) return w.subarray(from * inner, to * inner);
  const values = new Float32Array((to - from) * outer * inner);
  for (let o = 0; o < outer; o++) {
    for (let channel = from; channel < to; channel++) {
      const at = (o * channels + channel) * inner;
      const into = ((channel - from) * outer + o) * inner;
      for (let i = 0; i < inner; i++) values[into + i] = w[at + i] ?? 0;
    }
  }
  return values;
}

/** Channel of element `e` of a tensor viewed as `groups`. */
export function channelOf(e: number, { channels, inner }: Groups): number {
  return Math.floor(e / inner) % channels;
}

/** Values of [channels, ...], such as scales of groups or codebooks, each channel's times its own factor. */
export function scaleChannels(values: Float32Array, factors: ArrayLike<number>): Float32Array {
  const each = values.length / factors.length;
  return values.map((v, i) => v * (factors[Math.floor(i / each)] ?? 1));
}

/** Bits that a code of a codebook takes: 1..8. */
export function codebookBits({ size }: Pick<Codebook, 'size'>): number {
  return Math.max(1, Math.ceil(Math.log2(size)));
}

/** Whether any group's zero is not at code 0. */
export function isAsymmetric(grid: Grid): boolean {
  return grid.zeroPoints.some((zero) => zero !== 0);
}
