/** Text of recharts' axes and legends in the page's own colours. */
export const AXIS_TICK = { fill: 'var(--ink2)', fontSize: 11 } as const;
export const LEGEND = { fontSize: 12 } as const;

/** recharts writes a legend in its series' colour, which is too pale to read. */
export function legendText(value: string) {
  return <span style={{ color: 'var(--ink)' }}>{value}</span>;
}
