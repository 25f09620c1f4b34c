/** What layers' inputs are on average by what batch norms say, without a sample. */
import type { NodeProto } from 'onnx-buf';
import type { ChannelMap } from '../../onnx/channels/map';
import type { Scope } from '../../onnx/graph';
import { operatorOf } from '../../onnx/operators/table';
import type { Pointwise } from '../../onnx/operators/types';
import type { ChannelMoments } from '../../onnx/types';
import type { ValueIndex } from '../../onnx/values';
import { floatConstant, perChannel } from '../layer-bias';

/** The normal density is integrated from -WIDTH to WIDTH deviations, at 2 * HALF + 1 points; a kink costs a few 1e-5 deviations. */
const WIDTH = 6;
const HALF = 150;
const POINTS = Array.from({ length: 2 * HALF + 1 }, (_, q) => ((q - HALF) * WIDTH) / HALF);
const DENSITY = POINTS.map((z) => Math.exp(-(z * z) / 2));
const TOTAL = DENSITY.reduce((sum, d) => sum + d, 0);

/** Graph-wide knowledge that is asked for. */
export interface Surroundings {
  readonly index: ValueIndex;
  readonly channels: ChannelMap;
}

/** A value as a function of one normally distributed one: [channel * POINTS.length + point]. */
interface Curve {
  /** The value that it is a function of; null: a constant. */
  readonly of: string | null;
  readonly points: Float64Array;
}

/**
 * E[f(x)] of each channel of a value that is f of a batch norm's output x, taken to be normal with the mean and deviation that the norm
 * gives it; f is any chain of elementwise operators (the paper's closed form for ReLU generalized by integration). Averages over positions
 * keep it. Source: Nagel et al. 2019 (arXiv 1906.04721, 4.2.1 and appendix C).
 * @returns null where the value is anything else.
 */
export function expectedMean(
  around: Surroundings,
  scope: Scope,
  moments: ReadonlyMap<string, ChannelMoments>,
  name: string,
  channels: number,
  layout: 'planes' | 'columns',
): Float64Array | null {
  const { index } = around;
  const producer = index.find(scope, name)?.producer;
  const [input = ''] = producer?.input ?? [];
  if (producer && keepsMean(around, scope, producer)) return expectedMean(around, scope, moments, input, channels, 'planes');
  const curve = new Tracer(index, scope, moments, channels, layout).curveOf(name);
  if (curve === null || curve.of === null) return null;
  return Float64Array.from(
    { length: channels },
    (_, c) => DENSITY.reduce((sum, d, q) => sum + d * (curve.points[c * POINTS.length + q] ?? 0), 0) / TOTAL,
  );
}

/** Averages over positions, and what takes their single position away and leaves channels as they were. */
function keepsMean({ index, channels }: Surroundings, scope: Scope, node: NodeProto): boolean {
  const operator = operatorOf(node);
  if (operator?.averages === true) return true;
  const [input, output] = [index.find(scope, node.input[0] ?? ''), index.find(scope, node.output[0] ?? '')];
  if (!operator?.moves || !input?.producer || !output || operatorOf(input.producer)?.averages !== true) return false;
  const [before, after] = [channels.marksOf(input), channels.marksOf(output)];
  return before !== undefined && after !== undefined && before.ids.join() === after.ids.join();
}

/** Follows values back to a batch norm's output, and forth again point by point. */
class Tracer {
  private readonly index: ValueIndex;
  private readonly scope: Scope;
  private readonly moments: ReadonlyMap<string, ChannelMoments>;
  private readonly channels: number;
  /** Of the channels, from the last. */
  private readonly axis: number;
  private readonly known = new Map<string, Curve | null>();

  constructor(
    index: ValueIndex,
    scope: Scope,
    moments: ReadonlyMap<string, ChannelMoments>,
    channels: number,
    layout: 'planes' | 'columns',
  ) {
    this.index = index;
    this.scope = scope;
    this.moments = moments;
    this.channels = channels;
    this.axis = layout === 'planes' ? 3 : 1;
  }

  curveOf(name: string): Curve | null {
    const known = this.known.get(name);
    if (known !== undefined) return known;
    const curve = this.trace(name);
    this.known.set(name, curve);
    return curve;
  }

  private trace(name: string): Curve | null {
    const moments = this.moments.get(name);
    if (moments)
      return moments.mean.length === this.channels
        ? this.curve(name, (c, q) => (moments.mean[c] ?? 0) + (moments.deviation[c] ?? 0) * (POINTS[q] ?? 0))
        : null;
    const constant = floatConstant(this.index, this.scope, name);
    if (constant) {
      const values = perChannel(constant, this.channels, this.axis);
      return values && this.curve(null, (c) => values[c] ?? 0);
    }
    const node = this.index.find(this.scope, name)?.producer;
    const pointwise = node && operatorOf(node)?.pointwise;
    if (!node || !pointwise || node.output[0] !== name) return null;
    return this.combine(node, pointwise);
  }

  private combine(node: NodeProto, { value, reads }: Pointwise): Curve | null {
    const inputs: (Curve | undefined)[] = [];
    for (const name of node.input.slice(0, reads)) {
      const curve = name === '' ? undefined : this.curveOf(name);
      if (curve === null) return null;
      inputs.push(curve);
    }
    const sources = new Set(inputs.flatMap((curve) => curve?.of ?? []));
    // Two norms' outputs depend on each other in a way that their moments do not tell.
    if (sources.size > 1) return null;
    const [source = null] = sources;
    return this.curve(source, (c, q) =>
      value(
        node,
        inputs.map((curve) => curve?.points[c * POINTS.length + q]),
      ),
    );
  }

  private curve(of: string | null, at: (channel: number, point: number) => number): Curve {
    const points = new Float64Array(this.channels * POINTS.length);
    for (let c = 0; c < this.channels; c++) for (let q = 0; q < POINTS.length; q++) points[c * POINTS.length + q] = at(c, q);
    return { of, points };
  }
}
