import { useRef } from 'react';
import { useWidth } from '../parts/use-width';
import { linearScale, ticks } from '../../base/scales';

export interface StripRow {
  readonly label: string;
  readonly side: 'original' | 'result';
  readonly values: readonly number[];
  readonly p10: number;
  readonly median: number;
  readonly p90: number;
}

const ROW = 30;
const LABEL = 130;

/** Every run a mark, so that outliers stay visible; a bar from p10 to p90 and the median over them. */
export function StripChart({ rows, unit }: { readonly rows: readonly StripRow[]; readonly unit: string }) {
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  const high = Math.max(...rows.flatMap((row) => row.values), ...rows.map((row) => row.p90));
  const left = Math.min(LABEL, width / 3);
  const x = linearScale([0, high * 1.03], [left + 8, Math.max(left + 9, width - 8)]).toPixels;
  const bottom = rows.length * ROW;
  return (
    <div ref={frame}>
      {width > 0 && (
        <svg width={width} height={bottom + 20} aria-hidden>
          {rows.map(({ label, side, values, p10, median, p90 }, i) => {
            const y = i * ROW + ROW / 2;
            const colour = side === 'original' ? 'var(--steel)' : 'var(--woodfill)';
            return (
              <g key={label}>
                <text x="0" y={y + 4} fontSize="12" fill="var(--ink)">
                  {label}
                </text>
                <g stroke={colour} strokeOpacity="0.5">
                  {values.map((value, run) => (
                    // Runs have no identity beyond their place.
                    // oxlint-disable-next-line react/no-array-index-key
                    <line key={run} x1={x(value)} x2={x(value)} y1={y - 7} y2={y + 7} />
                  ))}
                </g>
                <line x1={x(p10)} x2={x(p90)} y1={y} y2={y} stroke={colour} strokeWidth="2" />
                <circle
                  cx={x(median)}
                  cy={y}
                  r="4"
                  stroke={colour}
                  strokeWidth="1.5"
                  fill={side === 'original' ? 'var(--panel)' : colour}
                />
              </g>
            );
          })}
          <line x1={left} x2={width} y1={bottom} y2={bottom} stroke="var(--line)" />
          {ticks(0, high, 5).map((tick) => (
            <text key={tick} x={x(tick)} y={bottom + 15} textAnchor="middle" className="axis">
              {tick} {unit}
            </text>
          ))}
        </svg>
      )}
    </div>
  );
}
