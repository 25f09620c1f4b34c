import { useId, useRef } from 'react';
import type { LayerHistogram } from '../../engine/protocol/index';
import { formatCount, formatValue } from '../../base/format';
import { useWidth } from '../parts/use-width';
import { decades, linearScale, logHeight, ticks } from '../../base/scales';
import { ThresholdHandle } from './threshold-handle';

const HEIGHT = 196;
const TOP = 20;
const BOTTOM = 26;
const LEFT = 34;
const RIGHT = 8;
/** More stems than this run into one another: the outline of the snapped weights is drawn instead. */
const MAX_STEMS = 64;

interface HistogramProps {
  readonly value: LayerHistogram;
  /** Moves the prune threshold; null where no pass prunes. */
  readonly onThreshold: ((threshold: number) => void) | null;
  readonly onSettle: () => void;
}

/** Weights of a layer, log count: the original as an area, the result as stems on its grid, the pruned band hatched between two handles. */
export function Histogram({ value, onThreshold, onSettle }: HistogramProps) {
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  const hatch = useId();
  const { before, after, threshold, levels, step } = value;
  const largest = Math.max(1, ...before.counts, ...after.counts);
  const x = linearScale([before.lo, before.hi], [LEFT, Math.max(LEFT + 1, width - RIGHT)]);
  const floor = TOP + HEIGHT;
  const y = (count: number): number => floor - logHeight(count, largest, HEIGHT);
  const band = threshold === null ? null : [x.toPixels(Math.max(before.lo, -threshold)), x.toPixels(Math.min(before.hi, threshold))];
  const pruned = `${(value.state.sparsity * 100).toFixed(1)} % zero`;
  return (
    <div ref={frame} className="histogram">
      {width > 0 && (
        <svg
          width={width}
          height={floor + BOTTOM}
          role="img"
          aria-label={
            `Weights of ${value.layerId} from ${formatValue(before.lo)} to ` +
            `${formatValue(before.hi)}${step === null ? '' : `, grid step ${formatValue(step)}`}, ${pruned}`
          }
        >
          <defs>
            <pattern id={hatch} width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
              <line x1="0" y1="0" x2="0" y2="5" stroke="var(--line2)" strokeWidth="1.5" />
            </pattern>
          </defs>
          {decades(largest).map((count) => (
            <g key={count}>
              <line x1={LEFT} x2={width - RIGHT} y1={y(count)} y2={y(count)} stroke="var(--line)" />
              <text x={LEFT - 5} y={y(count) + 4} textAnchor="end" className="axis">
                {short(count)}
              </text>
            </g>
          ))}
          <path
            d={outline(before.counts, x.toPixels(before.lo), x.toPixels(before.hi), y, floor)}
            fill="var(--steelfill)"
            fillOpacity="0.55"
            stroke="var(--steelline)"
          />
          {band && (
            <rect x={band[0]} width={Math.max(0, (band[1] ?? 0) - (band[0] ?? 0))} y={TOP} height={HEIGHT} fill={`url(#${hatch})`} />
          )}
          {levels !== null && levels.length <= MAX_STEMS ? (
            <Stems levels={levels} counts={after.counts} lo={after.lo} hi={after.hi} x={x.toPixels} y={y} floor={floor} />
          ) : (
            <path
              d={outline(after.counts, x.toPixels(after.lo), x.toPixels(after.hi), y, floor)}
              fill="none"
              stroke="var(--woodfill)"
              strokeWidth="1.5"
            />
          )}
          <line x1={LEFT} x2={width - RIGHT} y1={floor} y2={floor} stroke="var(--line2)" />
          {ticks(before.lo, before.hi, Math.max(2, Math.floor(width / 50))).map((tick) => (
            <text key={tick} x={x.toPixels(tick)} y={floor + 20} textAnchor="middle" className="axis">
              {formatValue(tick)}
            </text>
          ))}
        </svg>
      )}
      {threshold !== null &&
        onThreshold &&
        ([-1, 1] as const).map((side) => (
          <ThresholdHandle
            key={side}
            side={side}
            threshold={threshold}
            largest={Math.max(Math.abs(before.lo), Math.abs(before.hi))}
            pixels={x.toPixels(Math.max(before.lo, Math.min(before.hi, side * threshold)))}
            height={floor}
            text={`prune threshold ${formatValue(threshold)}, ${pruned}`}
            toValue={x.toValue}
            onChange={onThreshold}
            onSettle={onSettle}
          />
        ))}
    </div>
  );
}

interface StemsProps {
  readonly levels: readonly number[];
  readonly counts: Uint32Array;
  readonly lo: number;
  readonly hi: number;
  readonly x: (value: number) => number;
  readonly y: (count: number) => number;
  readonly floor: number;
}

/** One stem a grid level, as high as the weights that were snapped to it; a tick under the axis for each, used or not. */
function Stems({ levels, counts, lo, hi, x, y, floor }: StemsProps) {
  const countAt = (level: number): number => {
    const bin = Math.floor(((level - lo) / (hi - lo || 1)) * counts.length);
    return level < lo || level > hi ? 0 : (counts[Math.min(counts.length - 1, bin)] ?? 0);
  };
  return levels
    .filter((level) => level >= lo && level <= hi)
    .map((level) => {
      const count = countAt(level);
      return (
        <g key={level} stroke="var(--woodfill)">
          <line x1={x(level)} x2={x(level)} y1={floor + 1} y2={floor + 6} />
          {count > 0 && <line x1={x(level)} x2={x(level)} y1={y(count)} y2={floor} strokeWidth="2" />}
          {count > 0 && <circle cx={x(level)} cy={y(count)} r="3" fill="var(--woodfill)" stroke="none" />}
        </g>
      );
    });
}

/** The counts as one closed stepped path. */
function outline(counts: Uint32Array, left: number, right: number, y: (count: number) => number, floor: number): string {
  const step = (right - left) / counts.length;
  let path = `M${left} ${floor}`;
  counts.forEach((count, i) => {
    path += `V${y(count).toFixed(1)}H${(left + (i + 1) * step).toFixed(1)}`;
  });
  return `${path}V${floor}Z`;
}

function short(count: number): string {
  return count >= 1e6 ? `${count / 1e6}M` : count >= 1000 ? `${count / 1000}k` : formatCount(count);
}
