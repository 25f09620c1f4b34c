import { useRef } from 'react';
import type { BitsPoint } from '../../engine/protocol/index';
import { kilobytes } from '../../base/format';
import { useWidth } from '../parts/use-width';
import { linearScale, ticks } from '../../base/scales';

const HEIGHT = 84;
const LEFT = 34;

interface BitsChartProps {
  readonly points: readonly BitsPoint[];
  /** Bits of the layer now. */
  readonly current: number | null;
  readonly onPick: (bits: number) => void;
}

/** Signal to noise of the layer at each bit width; a column is the button that pins it. */
export function BitsChart({ points, current, onPick }: BitsChartProps) {
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  const known = points.flatMap(({ sqnrDb }) => sqnrDb ?? []);
  const top = Math.max(20, ...known);
  const bottom = Math.min(0, ...known);
  const y = linearScale([bottom, top], [HEIGHT, 10]).toPixels;
  const step = (width - LEFT) / points.length;
  const x = (i: number): number => LEFT + (i + 0.5) * step;
  return (
    <div ref={frame} className="bits-chart">
      {width > 0 && (
        <svg width={width} height={HEIGHT + 8} aria-hidden>
          {ticks(bottom, top, 3).map((tick) => (
            <g key={tick}>
              <line x1={LEFT} x2={width} y1={y(tick)} y2={y(tick)} stroke="var(--line)" />
              <text x={LEFT - 6} y={y(tick) + 4} textAnchor="end" className="axis">
                {tick}
              </text>
            </g>
          ))}
          <polyline
            points={points.flatMap(({ sqnrDb }, i) => (sqnrDb === null ? [] : [`${x(i)},${y(sqnrDb)}`])).join(' ')}
            fill="none"
            stroke="var(--ink2)"
          />
          {points.map(
            ({ bits, sqnrDb }, i) =>
              sqnrDb !== null && (
                <circle
                  key={bits}
                  cx={x(i)}
                  cy={y(sqnrDb)}
                  r={bits === current ? 5 : 3.5}
                  fill={bits === current ? 'var(--woodfill)' : 'var(--panel)'}
                  stroke={bits === current ? 'var(--woodfill)' : 'var(--ink2)'}
                />
              ),
          )}
        </svg>
      )}
      <div className="bits-columns" role="group" aria-label="Bits of this layer" style={{ paddingLeft: LEFT }}>
        {points.map(({ bits, sqnrDb, bytes }) => (
          <button
            key={bits}
            type="button"
            aria-pressed={bits === current}
            aria-label={`${bits} bits: ${sqnrDb === null ? 'exact' : `${sqnrDb.toFixed(1)} dB`}, ${kilobytes(bytes)} kB`}
            onClick={() => onPick(bits)}
          >
            <span>{bits}</span>
            <span className="quiet">{kilobytes(bytes)}</span>
          </button>
        ))}
      </div>
      <div className="bits-heads tiny quiet" aria-hidden>
        <span>bits</span>
        <span>kB</span>
      </div>
    </div>
  );
}
