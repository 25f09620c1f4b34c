import { createYielder } from '../../base/yielder';
import type { Codebook, Groups } from '../../base/grids';
import { CAST_PAYS } from '../../onnx/encode/floats';
import { fromHalf, toHalf } from '../../base/half';
import { channelValues } from '../channels';
import { freeCentroids, kMeans } from './kmeans';
import { pointsOf, type Points } from './points';
import type { ClusterSettings } from './settings';

/** How centroids are chosen. */
export type CodebookFit = Pick<ClusterSettings, 'clusters' | 'init' | 'keepZeros'>;

/**
 * The codebook of a weight: centroids of k-means over the values of each channel of `groups`, in float32, or as float16 holds them where
 * that makes the file smaller at no loss to speak of. Channels with no more distinct values than clusters keep these, exactly.
 * @param importance What a squared error at each weight costs (say the diagonal of the layer's input Hessian); null: all the same.
 * @throws AbortError when stopped.
 */
export async function fitCodebook(
  values: Float32Array,
  groups: Groups,
  fit: CodebookFit,
  importance: Float32Array | null,
  signal: AbortSignal,
): Promise<Codebook> {
  const yieldTurn = createYielder();
  const found: Float64Array[] = [];
  let isExact = true;
  for (let channel = 0; channel < groups.channels; channel++) {
    await yieldTurn();
    signal.throwIfAborted();
    const own = channelValues(values, groups, channel);
    const withZero = fit.keepZeros && own.includes(0);
    const points = pointsFor(own, importance && channelValues(importance, groups, channel), withZero);
    isExact &&= points.x.length <= freeCentroids(fit.clusters, withZero);
    found.push(kMeans(points, fit.clusters, fit.init, withZero));
  }
  const size = Math.max(1, ...found.map((centroids) => centroids.length));
  const table = new Float32Array(found.length * size);
  for (const [channel, centroids] of found.entries()) {
    table.set(centroids, channel * size);
    table.fill(centroids.at(-1) ?? 0, channel * size + centroids.length, (channel + 1) * size);
  }
  return isExact ? { groups, size, values: table } : withStoredValues({ groups, size, values: table });
}

/** The codebook with the values that will be stored, in the same order. */
export function withStoredValues({ groups, size, values }: Codebook): Codebook {
  return { groups, size, values: asHalves(values, size) ?? values };
}

/** Zeros that stay zero cost nothing: they are left out. Where nothing has importance, everything has the same. */
function pointsFor(values: Float32Array, importance: Float32Array | null, withZero: boolean): Points {
  const isKept = (_: number, e: number): boolean => values[e] !== 0;
  const kept = withZero ? values.filter(isKept) : values;
  const points = pointsOf(kept, withZero && importance ? importance.filter(isKept) : importance);
  return points.x.length > 0 || importance === null ? points : pointsOf(kept, null);
}

/** Half a step of float16's 11 bits. */
const HALF_ERROR = 2 ** -11;

/** The values as float16 holds them; null where they are too few to gain by it, or where a channel's are too small or too large for it. */
function asHalves(values: Float32Array, size: number): Float32Array | null {
  if (values.length < CAST_PAYS) return null;
  const halves = values.map((v) => fromHalf(toHalf(v)));
  for (let first = 0; first < values.length; first += size) {
    const own = values.subarray(first, first + size);
    const largest = own.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
    if (own.some((v, k) => !(Math.abs((halves[first + k] ?? 0) - v) <= largest * HALF_ERROR))) return null;
  }
  return halves;
}
