import { describe, expect, it } from 'vitest';
import { drawChart } from './charts';
import type { Chart, SpreadRow } from './content';

function attribute(svg: string, pattern: RegExp): number[] {
  return [...svg.matchAll(pattern)].map(([, value]) => Number(value));
}

const row = (changes: Partial<SpreadRow>): SpreadRow => ({
  label: 'a',
  side: 'result',
  low: 9,
  mid: 10,
  high: 11,
  points: [],
  note: '',
  ...changes,
});
const spreads = (rows: readonly SpreadRow[], changes: Partial<Extract<Chart, { kind: 'spreads' }>> = {}): string =>
  drawChart({ kind: 'spreads', rows, limits: [0, Infinity], zero: true, band: null, unit: 'ms', ...changes }, 'finding');

describe('bars', () => {
  it('start at zero and are as long as their bytes, the largest of either side being the whole', () => {
    const rows = [
      { label: 'raw', before: 400, after: 100, note: '' },
      { label: 'gzip', before: null, after: 800, note: '' },
    ];
    const svg = drawChart({ kind: 'bars', rows }, 'finding');
    const [before = 0, after = 0, larger = 0, ...others] = attribute(svg, /<rect[^>]* width="([\d.]+)%"/g);
    expect(before / larger).toBeCloseTo(0.5, 4);
    expect(after / before).toBeCloseTo(0.25, 4);
    expect(others).toEqual([]);
    expect(attribute(svg, /<rect[^>]* x="(\d+)"/g)).toEqual([0, 0, 0]);
  });
});

describe('spreads', () => {
  it('place values by their size on an axis from zero', () => {
    const svg = spreads([row({ low: 5, mid: 10, high: 20 })]);
    const [x1 = 0, x2 = 0] = [
      attribute(svg, /x1="([\d.]+)%" x2="[\d.]+%" y1="23" y2="23"/g)[0],
      attribute(svg, /x1="[\d.]+%" x2="([\d.]+)%" y1="23" y2="23"/g)[0],
    ];
    const [middle = 0] = attribute(svg, /class="middle" cx="([\d.]+)%"/g);
    // 1 % is zero.
    expect((x2 - 1) / (x1 - 1)).toBeCloseTo(4, 3);
    expect((middle - 1) / (x1 - 1)).toBeCloseTo(2, 3);
  });

  it('show every run; those far out stand at the edge with the largest told', () => {
    const svg = spreads([row({ points: [9, 10, 10, 11, 100, 140], note: '10 ms' })]);
    const runs = attribute(svg, /class="run" cx="([\d.]+)%"/g);
    expect(runs).toHaveLength(4);
    expect(svg).toContain('10 ms; 2 further out, to 140<');
    expect(svg).toContain('▸');
    for (const x of attribute(svg, /(?:x|cx|x1|x2)="([\d.]+)%"/g)) expect(x).toBeLessThanOrEqual(100);
  });

  it('stay within limits and show the band in which nothing changed', () => {
    const svg = spreads([row({ low: 0.99, mid: 1, high: 1.01 })], { zero: false, band: [0.95, 1.05], unit: '×' });
    const [from = 0] = attribute(svg, /class="band" x="([\d.]+)%"/g);
    const [width = 0] = attribute(svg, /class="band"[^>]* width="([\d.]+)%"/g);
    const [one = 0] = attribute(svg, /class="axis" x1="([\d.]+)%" x2="\1%"/g);
    expect(from + width / 2).toBeCloseTo(one, 2);
    expect(spreads([row({ low: 97, mid: 99, high: 100 })], { zero: false, limits: [0, 100], unit: '%' })).not.toMatch(/>10[1-9] %/);
  });
});

describe('spindle', () => {
  it('has a section a layer whose height is the square root of its bytes', () => {
    const svg = drawChart(
      {
        kind: 'spindle',
        layers: [
          { name: 'a', before: 400, after: 100 },
          { name: 'b<', before: 100, after: null },
        ],
      },
      'finding',
    );
    const [a = 0, inner = 0, b = 0, ...others] = attribute(svg, /<rect[^>]* height="([\d.]+)"/g);
    expect(inner / a).toBeCloseTo(0.5, 2);
    expect(b / a).toBeCloseTo(0.5, 2);
    expect(others).toEqual([]);
    expect(svg).toContain('b&lt;');
  });
});
