import { CartesianGrid, ComposedChart, ErrorBar, LabelList, Line, ReferenceArea, ResponsiveContainer, Scatter, XAxis, YAxis } from 'recharts';
import type { Interval } from '../../engine/protocol/index';
import { useDocument } from '../../state/document';
import { useResults } from '../../state/results';
import { chooseVariant, frontOf, useVariants, type Variant } from '../../state/variants';
import { AXIS_TICK } from '../charts/axis';
import { Figure } from '../charts/figure';
import { logTicks, ticks } from '../../base/scales';
import { formatBytes, formatPercent } from '../../base/format';

interface Point {
  readonly key: string | null;
  readonly label: string;
  readonly bytes: number;
  readonly score: number;
  readonly interval: Interval | null;
  /** Distances of the interval's ends from the score, as the chart wants them. */
  readonly error: readonly [number, number];
  readonly onFront: boolean;
  readonly chosen: boolean;
}

/** Every measured variant by size and accuracy (agreement where there are no labels), with the ones that nothing beats joined. */
export function Front() {
  const variants = useVariants((state) => state.variants);
  const chosen = useVariants((state) => state.chosen);
  const opened = useDocument((state) => state.opened);
  const before = useResults((state) => state.evaluation?.before ?? null);
  if (!opened) return null;
  const measured = variants.filter((variant) => variant.accuracy !== null || variant.agreement?.top1 !== null);
  const labelled = before !== null && measured.some((variant) => variant.accuracy !== null);
  const what = labelled ? 'top-1 accuracy, %' : 'agreement with the original, %';
  const points = markFront([
    { key: null, label: 'Original', bytes: opened.summary.bytes, score: labelled ? before.top1 : 100, interval: labelled ? before.top1Interval : null },
    ...measured.flatMap((variant) => pointOf(variant, labelled)),
  ], chosen);
  if (points.length < 2) {
    return <p className="empty quiet">Score or measure a recipe and it stands here beside the original, by size and accuracy. Each recipe you measure is kept until another model is opened.</p>;
  }
  const original = points.find(({ key }) => key === null);
  const { left, right, bottom, top } = boundsOf(points);
  return (
    <Figure
      title={`${points.length - 1} ${points.length === 2 ? 'variant' : 'variants'} measured`}
      finding={`Size against ${what}: ${points.map((p) => `${p.label} ${formatBytes(p.bytes)}, ${formatPercent(p.score)}`).join('; ')}`}
      note={`Filled: nothing measured is both smaller and better.${labelled ? ' Whiskers and band: 95 % intervals.' : ''} File size on a log scale.`}
      table={{
        heads: ['Variant', 'File', labelled ? 'Top-1 %' : 'Agreement %', '95 % interval'],
        rows: points.map((p) => [p.label, formatBytes(p.bytes), p.score.toFixed(2), p.interval ? `${p.interval.low.toFixed(1)}–${p.interval.high.toFixed(1)}` : '–']),
      }}
    >
      <ResponsiveContainer width="100%" height={330}>
        <ComposedChart margin={{ top: 24, right: 56, bottom: 8, left: 0 }} accessibilityLayer={false}>
          <CartesianGrid vertical={false} stroke="var(--line)" />
          <XAxis dataKey="bytes" type="number" scale="log" domain={[left, right]} ticks={logTicks(left, right, 6)} allowDataOverflow tickFormatter={formatBytes} stroke="var(--line2)" tick={AXIS_TICK} />
          <YAxis dataKey="score" type="number" domain={[bottom, top]} ticks={ticks(bottom, top, 6)} allowDataOverflow width={44} stroke="var(--line2)" tick={AXIS_TICK} />
          {original?.interval && <ReferenceArea y1={original.interval.low} y2={original.interval.high} fill="var(--sunk)" fillOpacity={0.7} />}
          <Line data={points.filter((p) => p.onFront).toSorted((a, b) => a.bytes - b.bytes)} dataKey="score" type="stepAfter" dot={false} stroke="var(--wood)" strokeWidth={1.5} isAnimationActive={false} />
          <Scatter
            data={points}
            isAnimationActive={false}
            onClick={(point: { payload?: Point }) => chooseVariant(point.payload?.key ?? null)}
            shape={drawMark}
          >
            {labelled && <ErrorBar dataKey="error" direction="y" width={4} stroke="var(--steelline)" />}
            <LabelList dataKey="label" content={drawLabel} />
          </Scatter>
        </ComposedChart>
      </ResponsiveContainer>
    </Figure>
  );
}

function pointOf(variant: Variant, labelled: boolean): Omit<Point, 'onFront' | 'error' | 'chosen'>[] {
  const { key, label, bytes, accuracy, agreement } = variant;
  if (labelled) return accuracy ? [{ key, label, bytes, score: accuracy.top1, interval: accuracy.top1Interval }] : [];
  return agreement?.top1 == null ? [] : [{ key, label, bytes, score: agreement.top1, interval: null }];
}

function markFront(points: readonly Omit<Point, 'onFront' | 'error' | 'chosen'>[], chosen: string | null): Point[] {
  const front = new Set<object>(frontOf(points));
  return points.map((p) => ({ ...p, onFront: front.has(p), chosen: p.key !== null && p.key === chosen, error: p.interval ? [p.score - p.interval.low, p.interval.high - p.score] : [0, 0] }));
}

/** Room around all points and their intervals, so that labels do not run over the edge. */
function boundsOf(points: readonly Point[]): { left: number; right: number; bottom: number; top: number } {
  const bytes = points.map((p) => p.bytes);
  const lows = points.map((p) => p.interval?.low ?? p.score);
  const highs = points.map((p) => p.interval?.high ?? p.score);
  const room = Math.max(0.5, (Math.max(...highs) - Math.min(...lows)) * 0.1);
  return { left: Math.min(...bytes) / 1.6, right: Math.max(...bytes) * 1.6, bottom: Math.max(0, Math.min(...lows) - room), top: Math.min(100, Math.max(...highs) + room) };
}

interface LabelPlace {
  readonly x?: number | string | undefined;
  readonly y?: number | string | undefined;
  readonly value?: unknown;
}

/** On one line, however long. */
function drawLabel({ x = 0, y = 0, value }: LabelPlace) {
  return (
    <text x={Number(x) + 14} y={Number(y) - 6} fontSize={11} fill="var(--ink)">
      {String(value)}
    </text>
  );
}

interface MarkPlace {
  readonly cx?: number | undefined;
  readonly cy?: number | undefined;
  readonly payload?: Point | undefined;
}

/** Square: the original. Circle: a variant. Filled: on the front. Ring: chosen. */
function drawMark({ cx = 0, cy = 0, payload }: MarkPlace) {
  if (!payload || payload.key === null) return <rect x={cx - 5} y={cy - 5} width="10" height="10" fill="var(--panel)" stroke="var(--steel)" strokeWidth="2" />;
  return (
    <g className="front-mark">
      {payload.chosen && <circle cx={cx} cy={cy} r="10" fill="none" stroke="var(--ink)" strokeWidth="2" />}
      <circle cx={cx} cy={cy} r="6" fill={payload.onFront ? 'var(--woodfill)' : 'var(--panel)'} stroke="var(--woodfill)" strokeWidth="1.5" />
    </g>
  );
}
