import {
  CartesianGrid,
  ComposedChart,
  ErrorBar,
  LabelList,
  Line,
  ReferenceArea,
  ResponsiveContainer,
  Scatter,
  XAxis,
  YAxis,
} from 'recharts';
import { useDocument } from '../../state/document';
import { chooseVariant, frontOf, placesOf, useVariants, type Place, type Places, type Variant } from '../../state/variants';
import { AXIS_TICK } from '../charts/axis';
import { Figure } from '../charts/figure';
import { logTicks, ticks } from '../../base/scales';
import { formatBytes, formatCount } from '../../base/format';
import { counted } from '../../base/plural';

interface Point extends Place {
  /** Distances of the interval's ends from the score, as the chart wants them. */
  readonly error: readonly [number, number];
  readonly onFront: boolean;
  readonly chosen: boolean;
  /** Written beside the mark: the original, the front and the chosen one alone, since labels of neighbours would lie over each other. */
  readonly written: string;
}

const MEASURES: Readonly<
  Record<
    Places['measure'],
    {
      readonly words: string;
      readonly head: string;
      readonly format: (score: number) => string;
      readonly highest: number;
      readonly room: number;
    }
  >
> = {
  accuracy: { words: 'top-1 accuracy, %', head: 'Top-1 %', format: (score) => score.toFixed(2), highest: 100, room: 0.5 },
  agreement: { words: 'agreement with the original, %', head: 'Agreement %', format: (score) => score.toFixed(2), highest: 100, room: 0.5 },
  cosine: {
    words: 'cosine of the outputs with the original\u2019s',
    head: 'Cosine',
    format: (score) => score.toFixed(6),
    highest: 1,
    room: 1e-6,
  },
};

/** Every scored variant by size and score, with the ones that nothing beats joined. */
export function Front() {
  const variants = useVariants((state) => state.variants);
  const chosen = useVariants((state) => state.chosen);
  const opened = useDocument((state) => state.opened);
  if (!opened) return null;
  const { measure, places } = placesOf(variants, opened.summary.bytes);
  const { words, head, format, highest, room } = MEASURES[measure];
  const labelled = measure === 'accuracy';
  const points = markFront(places, chosen);
  if (points.length < 2) {
    return (
      <p className="empty quiet">
        Score a recipe and it stands here beside the original, by size and score. Each recipe that was scored is kept until another model is
        opened or the samples change.
      </p>
    );
  }
  const original = points.find(({ key }) => key === null);
  const { left, right, bottom, top } = boundsOf(points, highest, room);
  return (
    <Figure
      title={`${counted(points.length - 1, 'variant')} scored`}
      finding={`Size against ${words}: ${points.map((p) => `${p.label} ${formatBytes(p.bytes)}, ${format(p.score)}`).join('; ')}`}
      note={
        `Filled: nothing measured is both smaller and better.${labelled ? ' Whiskers and band: 95 % intervals.' : ''} ` +
        `File size on a log scale.${scoredOn(variants)}`
      }
      table={{
        heads: ['Variant', 'File', head, '95 % interval'],
        rows: points.map((p) => [
          p.label,
          formatBytes(p.bytes),
          format(p.score),
          p.interval ? `${p.interval.low.toFixed(1)}–${p.interval.high.toFixed(1)}` : '–',
        ]),
      }}
    >
      <ResponsiveContainer width="100%" height={330}>
        <ComposedChart margin={{ top: 24, right: 56, bottom: 8, left: 0 }} accessibilityLayer={false}>
          <CartesianGrid vertical={false} stroke="var(--line)" />
          <XAxis
            dataKey="bytes"
            type="number"
            scale="log"
            domain={[left, right]}
            ticks={logTicks(left, right, 6)}
            allowDataOverflow
            tickFormatter={formatBytes}
            stroke="var(--line2)"
            tick={AXIS_TICK}
          />
          <YAxis
            dataKey="score"
            type="number"
            domain={[bottom, top]}
            ticks={ticks(bottom, Math.min(top, highest), 6)}
            allowDataOverflow
            width={44}
            stroke="var(--line2)"
            tick={AXIS_TICK}
          />
          {original?.interval && (
            <ReferenceArea y1={original.interval.low} y2={original.interval.high} fill="var(--sunk)" fillOpacity={0.7} />
          )}
          <Line
            data={points.filter((p) => p.onFront).toSorted((a, b) => a.bytes - b.bytes)}
            dataKey="score"
            type="stepAfter"
            dot={false}
            stroke="var(--wood)"
            strokeWidth={1.5}
            isAnimationActive={false}
          />
          <Scatter
            data={points}
            isAnimationActive={false}
            onClick={(point: { payload?: Point }) => chooseVariant(point.payload?.key ?? null)}
            shape={drawMark}
          >
            {labelled && <ErrorBar dataKey="error" direction="y" width={4} stroke="var(--steelline)" />}
            <LabelList dataKey="written" content={drawLabel} />
          </Scatter>
        </ComposedChart>
      </ResponsiveContainer>
    </Figure>
  );
}

/** How many samples the scores are of. */
function scoredOn(variants: readonly Variant[]): string {
  const [least, ...more] = [...new Set(variants.flatMap(({ agreement }) => agreement?.samples ?? []))].toSorted((a, b) => a - b);
  if (least === undefined) return '';
  const most = more.at(-1);
  return ` Scored on ${most === undefined ? '' : `${formatCount(least)} to `}${counted(most ?? least, 'input')}.`;
}

function markFront(places: readonly Place[], chosen: string | null): Point[] {
  const front = new Set<object>(frontOf(places));
  return places.map((place) => {
    const { key, label, score, interval } = place;
    const marks = { onFront: front.has(place), chosen: key !== null && key === chosen };
    return {
      ...place,
      ...marks,
      written: marks.onFront || marks.chosen || key === null ? label : '',
      error: interval ? [score - interval.low, interval.high - score] : [0, 0],
    };
  });
}

/** Room around all points and their intervals, so that labels do not run over the edge, and marks at the highest score are whole. */
function boundsOf(points: readonly Point[], most: number, least: number): { left: number; right: number; bottom: number; top: number } {
  const bytes = points.map((p) => p.bytes);
  const lows = points.map((p) => p.interval?.low ?? p.score);
  const highs = points.map((p) => p.interval?.high ?? p.score);
  const room = Math.max(least, (Math.max(...highs) - Math.min(...lows)) * 0.1);
  return {
    left: Math.min(...bytes) / 1.6,
    right: Math.max(...bytes) * 1.6,
    bottom: Math.max(most > 1 ? 0 : -1, Math.min(...lows) - room),
    top: Math.min(most + 0.4 * room, Math.max(...highs) + room),
  };
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
  if (!payload || payload.key === null)
    return <rect x={cx - 5} y={cy - 5} width="10" height="10" fill="var(--panel)" stroke="var(--steel)" strokeWidth="2" />;
  return (
    <g className="front-mark">
      {payload.chosen && <circle cx={cx} cy={cy} r="10" fill="none" stroke="var(--ink)" strokeWidth="2" />}
      <circle
        cx={cx}
        cy={cy}
        r="6"
        fill={payload.onFront ? 'var(--woodfill)' : 'var(--panel)'}
        stroke="var(--woodfill)"
        strokeWidth="1.5"
      />
    </g>
  );
}
