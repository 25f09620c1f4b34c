import { useRef } from 'react';
import { BAND, verdictOf } from '../../base/verdict';
import { useWidth } from '../parts/use-width';
import { linearScale, ticks } from '../../base/scales';

export interface RatioRow {
  readonly label: string;
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

const ROW = 24;
/** Width of the labels, and the part of the chart they may take on narrow windows. */
const LABEL = 150;

/** Times over a reference's as dots with their intervals on one axis: left of 1 is faster, the band round 1 means no measurable change. */
export function RatioChart({ rows }: { readonly rows: readonly RatioRow[] }) {
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  const low = Math.min(1 - 2 * BAND, ...rows.map((row) => row.low));
  const high = Math.max(1 + 2 * BAND, ...rows.map((row) => row.high));
  const left = Math.min(LABEL, width / 2);
  const x = linearScale([low, high], [left + 8, Math.max(left + 9, width - 12)]).toPixels;
  const bottom = rows.length * ROW + 4;
  return (
    <div ref={frame}>
      {width > 0 && (
        <svg width={width} height={bottom + 20} aria-hidden>
          <rect x={x(1 - BAND)} width={x(1 + BAND) - x(1 - BAND)} y="0" height={bottom} fill="var(--sunk)" />
          <line x1={x(1)} x2={x(1)} y1="0" y2={bottom} stroke="var(--line2)" />
          {rows.map(({ label, median, low: from, high: to }, i) => {
            const y = i * ROW + ROW / 2;
            const changed = verdictOf({ median, low: from, high: to }) !== 'same';
            const colour = changed ? 'var(--woodfill)' : 'var(--steel)';
            return (
              <g key={label} stroke={colour} strokeWidth="1.5">
                <text x="0" y={y + 4} fontSize="12" fill="var(--ink)" stroke="none">
                  {label}
                </text>
                <line x1={x(from)} x2={x(to)} y1={y} y2={y} />
                <line x1={x(from)} x2={x(from)} y1={y - 4} y2={y + 4} />
                <line x1={x(to)} x2={x(to)} y1={y - 4} y2={y + 4} />
                <circle cx={x(median)} cy={y} r="4" fill={changed ? colour : 'var(--panel)'} />
              </g>
            );
          })}
          <line x1={left} x2={width} y1={bottom} y2={bottom} stroke="var(--line)" />
          {ticks(low, high, 5).map((tick) => (
            <text key={tick} x={x(tick)} y={bottom + 15} textAnchor="middle" className="axis">
              {tick}×
            </text>
          ))}
        </svg>
      )}
    </div>
  );
}
