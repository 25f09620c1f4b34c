/** Two rows on one axis: the original above with a hollow dot, the result below with a solid one, whiskers for the spread. */
export interface Spread {
  readonly low: number;
  readonly mid: number;
  readonly high: number;
}

interface IntervalsProps {
  readonly before: Spread;
  readonly after: Spread | null;
  /** Bounds of the axis that may not be crossed, e.g. 0 and 100 percent. */
  readonly limits?: readonly [number, number];
  readonly label: string;
  readonly format: (value: number) => string;
}

/** Times and sizes end at zero only. */
const POSITIVE = [0, Number.POSITIVE_INFINITY] as const;

/** Two intervals on one axis, which spans both. @param limits values that the axis never goes beyond: 0 and 100 for percent. */
export function Intervals({ before, after, limits = POSITIVE, label, format }: IntervalsProps) {
  const spreads = after ? [before, after] : [before];
  const lowest = Math.min(...spreads.map((s) => s.low));
  const highest = Math.max(...spreads.map((s) => s.high));
  const room = Math.max((highest - lowest) * 0.12, highest * 0.005);
  const from = Math.max(limits[0], lowest - room);
  const to = Math.min(limits[1], highest + room);
  const x = (value: number): string => `${3 + (94 * (value - from)) / (to - from || 1)}%`;
  return (
    <svg className="intervals" width="100%" height="40" role="img" aria-label={label}>
      {spreads.map((spread, row) => {
        const y = 6 + row * 12;
        const colour = row === 0 ? 'var(--steel)' : 'var(--woodfill)';
        return (
          <g key={row === 0 ? 'before' : 'after'} stroke={colour} strokeWidth="1.5">
            <line x1={x(spread.low)} x2={x(spread.high)} y1={y} y2={y} />
            <line x1={x(spread.low)} x2={x(spread.low)} y1={y - 4} y2={y + 4} />
            <line x1={x(spread.high)} x2={x(spread.high)} y1={y - 4} y2={y + 4} />
            <circle cx={x(spread.mid)} cy={y} r="4" fill={row === 0 ? 'var(--panel)' : colour} />
          </g>
        );
      })}
      <line x1="0" x2="100%" y1="26" y2="26" stroke="var(--line)" />
      <text x="3%" y="38" className="axis">
        {format(from)}
      </text>
      <text x="97%" y="38" className="axis" textAnchor="end">
        {format(to)}
      </text>
    </svg>
  );
}
