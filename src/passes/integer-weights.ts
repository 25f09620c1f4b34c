/** Weights as operands of integer kernels: which can be, and their symmetric grids. */
import { groupRanges } from '../compute/operations/ranges';
import { blocksPerChannel, type Grid } from '../base/grids';
import type { Compute, Handle } from '../compute/types';
import { canStore } from '../onnx/encode';
import type { LayerSource } from '../onnx/layers';
import { productOf } from '../onnx/operators/weights';
import type { OnnxModel } from '../onnx/types';
import { firstPassed, type WeightUse } from '../onnx/weights';
import { gridFromRanges } from './quantize-weights/grid';
import { groupsOf } from './quantize-weights/groups';
import { leastErrorGrid } from './quantize-weights/range';
import type { Options } from './options';
import type { Encoding } from './types';

/** How a layer's weights are rounded. */
export interface WeightSettings {
  readonly bits: number;
  readonly granularity: 'channel' | 'tensor';
}

/** Options of the passes that compute on integers; what is not set there is parsed already. */
export function weightSettings(options: Options): WeightSettings {
  return { bits: Number(options['weightBits']), granularity: options['granularity'] === 'tensor' ? 'tensor' : 'channel' };
}

/** Why a layer's weight cannot be an operand of an integer kernel; null where it can. */
export function unfitWeight({ layer, value, uses, others }: LayerSource): string | null {
  const [use] = uses;
  if (use === undefined) return 'Nothing reads it.';
  if (layer.inSubgraph || uses.some(({ scope }) => scope.parent !== null)) return 'It is inside an If, Loop or Scan body.';
  if (layer.type !== 'float32') return `Its weights are ${layer.type}, and integer kernels give float32.`;
  if (others.length > 0 || value.isOutput || !uses.every((other) => readsAlike(use, other)))
    return 'Its weights are read in more than one place, in different ways.';
  const passed = uses.find(({ via }) => via !== null);
  if (passed) return `Its weights pass through ${firstPassed(passed)} first.`;
  if (productOf(use.node) && use.input === 0) return 'Its weights are the left factor of the product.';
  return null;
}

/** Whether one stored form of a weight serves two readers: the same operator, with the same output channels. */
function readsAlike(a: WeightUse, b: WeightUse): boolean {
  const same = a.node.opType === b.node.opType && a.input === b.input && a.shape.join() === b.shape.join();
  return same && a.view.outer === b.view.outer && a.view.channels === b.view.channels;
}

/** The settings that the model's operator set can store: one scale for the whole weight before opset 13; or the reason why none. */
export function storableSettings({ layer }: LayerSource, settings: WeightSettings, model: OnnxModel): WeightSettings | string {
  const fits = (granularity: WeightSettings['granularity']): true | string =>
    canStore(layer, 'dequantize', model, { bits: settings.bits, groups: groupsOf(layer, { granularity, blockSize: 0 }) });
  if (fits(settings.granularity) === true) return settings;
  const answer = fits('tensor');
  return answer === true ? { ...settings, granularity: 'tensor' } : answer;
}

/**
 * A symmetric grid with zero point 0 and the least squared error in each group.
 * @param floors The smallest scale that each group may have, so that a bias on the product's scale still fits int32; null: any. A group of
 * nothing but zeros takes 1,024 times its floor, which leaves its bias 20 bits.
 */
export async function integerGrid(
  compute: Compute,
  w: Handle,
  { layer }: Pick<LayerSource, 'layer'>,
  settings: WeightSettings,
  floors: ((groups: number) => Float32Array) | null,
): Promise<Grid> {
  const groups = groupsOf(layer, { granularity: settings.granularity, blockSize: 0 });
  const ranges = await compute.run(groupRanges, w, groups);
  const lowest = floors?.(ranges.min.length);
  const grid = await leastErrorGrid(compute, w, gridFromRanges(ranges, groups, settings.bits, true), false);
  const scales = grid.scales.map((scale, g) => {
    const floor = lowest?.[g] ?? 0;
    const empty = ranges.min[g] === 0 && ranges.max[g] === 0;
    return empty && floor > 0 ? floor * 1024 : Math.max(scale, floor);
  });
  return { ...grid, scales };
}

/**
 * The grid that an earlier pass has rounded a weight to, where integer kernels can take it over: its rounding, which may have cost an
 * optimization, is kept. Null where it needs another grid.
 * @param floors as for `integerGrid`.
 */
export function keptIntegerGrid(
  encoding: Encoding | null,
  { layer }: Pick<LayerSource, 'layer'>,
  model: OnnxModel,
  floors: ((groups: number) => Float32Array) | null,
): Grid | null {
  if (encoding?.kind !== 'grid' || canStore(layer, 'dequantize', model, encoding.grid) !== true) return null;
  const { grid } = encoding;
  if (grid.qMin >= 0 || blocksPerChannel(grid.groups) !== 1 || grid.zeroPoints.some((zero) => zero !== 0)) return null;
  const lowest = floors?.(grid.scales.length);
  return grid.scales.every((scale, g) => scale > 0 && scale >= (lowest?.[g] ?? 0)) ? grid : null;
}
