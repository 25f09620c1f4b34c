import { blocksPerChannel, type Groups } from '../../base/grids';

/**
 * How one value a group (scale, zero point) is spread over a weight. The codes are shaped to `codeDims`, combined with the group
 * values by broadcasting, and reshaped to the weight's own shape where that differs.
 */
export interface Layout {
  readonly codeDims: readonly number[];
  readonly groupDims: readonly number[];
  /** Group number at each place of `groupDims`; null: in order. */
  readonly order: Uint32Array | null;
  /** Where blocks do not fit the shape: group values [channels, blocks] are first expanded to `codeDims` by the block of each element. */
  readonly expand: { readonly blockOf: Uint32Array; readonly outer: number; readonly inner: number } | null;
}

const product = (sizes: readonly number[]): number => sizes.reduce((total, size) => total * size, 1);

/** @param dims Shape of the weight; its elements are those of the groups' view, in the same order. */
export function layoutOf(dims: readonly number[], groups: Groups): Layout {
  const { outer, channels, inner, block } = groups;
  const blocks = blocksPerChannel(groups);
  const plain = { order: null, expand: null };
  if (channels * blocks === 1) return { codeDims: dims, groupDims: [], ...plain };
  if (blocks === 1) {
    const axes = channelAxes(dims, groups);
    if (axes) {
      const kept = dims.slice(axes.first, axes.end);
      return { codeDims: dims, groupDims: [...kept, ...dims.slice(axes.end).map(() => 1)], ...plain };
    }
    return { codeDims: [outer, channels, inner], groupDims: [channels, 1], ...plain };
  }
  if (inner % block === 0) {
    const each = inner / block;
    if (outer === 1) return { codeDims: [channels, each, block], groupDims: [channels, each, 1], ...plain };
    const order = Uint32Array.from({ length: channels * blocks }, (_, at) => {
      const [o, c, b] = [Math.floor(at / (channels * each)), Math.floor(at / each) % channels, at % each];
      return c * blocks + o * each + b;
    });
    return { codeDims: [outer, channels, each, block], groupDims: [outer, channels, each, 1], order, expand: null };
  }
  if (block % inner === 0 && (outer * inner) % block === 0) {
    const order = Uint32Array.from({ length: channels * blocks }, (_, at) => (at % channels) * blocks + Math.floor(at / channels));
    return inner === 1
      ? { codeDims: [blocks, block, channels], groupDims: [blocks, 1, channels], order, expand: null }
      : { codeDims: [blocks, block / inner, channels, inner], groupDims: [blocks, 1, channels, 1], order, expand: null };
  }
  const blockOf = Uint32Array.from({ length: outer * inner }, (_, reduced) => Math.floor(reduced / block));
  return {
    codeDims: outer === 1 ? [channels, inner] : [outer, channels, inner],
    groupDims: [channels, blocks],
    order: null,
    expand: { blockOf, outer, inner },
  };
}

/** The axes of a shape whose product is the channel count, with `outer` before and `inner` after them. */
function channelAxes(dims: readonly number[], { outer, channels, inner }: Groups): { first: number; end: number } | null {
  for (let first = 0; first <= dims.length; first++) {
    if (product(dims.slice(0, first)) !== outer) continue;
    for (let end = first + 1; end <= dims.length; end++) {
      if (product(dims.slice(first, end)) === channels && product(dims.slice(end)) === inner) return { first, end };
    }
  }
  return null;
}
