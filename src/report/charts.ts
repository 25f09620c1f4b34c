/** Charts as inline SVG. Horizontal places are percentages, so that text keeps its size on any width. */
import { formatBytes, formatCount } from '../base/format';
import { linearScale, ticks } from '../base/scales';
import type { BarRow, Chart, SpreadRow, Who } from './content';
import { escapeHtml } from './escape';

/** A row is a line of words with its marks below. */
const ROW = 38;
const WORDS = 12;
const MARKS = 23;
/** Single runs stand below their interval. */
const RUNS = 31;
const AXIS = 20;
/** Runs further out than this many times the largest p90 stand at the edge. */
const FAR = 1.6;
const SPINDLE = 72;

/** The chart as an SVG element; `finding` is its name. */
export function drawChart(chart: Chart, finding: string): string {
  switch (chart.kind) {
    case 'bars':
      return svg(finding, `height="${chart.rows.length * ROW}"`, drawBars(chart.rows));
    case 'spreads':
      return svg(finding, `height="${chart.rows.length * ROW + AXIS}"`, drawSpreads(chart));
    case 'spindle':
      return svg(
        finding,
        `class="spindle" height="${SPINDLE}" viewBox="0 0 ${Math.max(1, chart.layers.length)} ${SPINDLE}" preserveAspectRatio="none"`,
        drawSpindle(chart.layers),
      );
  }
}

function svg(finding: string, attributes: string, marks: string): string {
  return `<svg role="img" aria-label="${escapeHtml(finding)}" width="100%" ${attributes}>${marks}</svg>`;
}

function heading(y: number, label: string, note: string): string {
  return `<text x="0" y="${y + WORDS}">${escapeHtml(label)}</text><text x="100%" y="${y + WORDS}" class="note">${escapeHtml(note)}</text>`;
}

function percent(value: number): string {
  return `${Number(value.toFixed(3))}%`;
}

function drawBars(rows: readonly BarRow[]): string {
  const largest = Math.max(1, ...rows.flatMap(({ before, after }) => [before ?? 0, after ?? 0]));
  const bar = (bytes: number | null, y: number, height: number, side: Who): string =>
    bytes === null ? '' : `<rect class="${side}" x="0" y="${y}" width="${percent((99.5 * bytes) / largest)}" height="${height}"/>`;
  return rows
    .map(
      ({ label, note, before, after }, i) =>
        `${heading(i * ROW, label, note)}${bar(before, i * ROW + 17.5, 12, 'original')}${bar(after, i * ROW + 20, 7, 'result')}`,
    )
    .join('');
}

function drawSpreads({ rows, limits, zero, band, unit }: Extract<Chart, { kind: 'spreads' }>): string {
  const lowest = Math.min(...rows.flatMap(({ low, points }) => [low, ...points]), ...(band ?? []));
  const inner = Math.max(...rows.map(({ high }) => high), ...(band ?? []));
  const highest = Math.min(Math.max(inner, ...rows.flatMap(({ points }) => points)), inner * FAR);
  const room = Math.max((highest - lowest) * 0.08, highest * 0.005);
  const from = zero ? 0 : Math.max(limits[0], lowest - room);
  const to = Math.min(limits[1], highest + room);
  const x = (value: number): string => percent(linearScale([from, to], [1, 99]).toPixels(value));
  const bottom = rows.length * ROW;
  const stripe = band
    ? `<rect class="band" x="${x(band[0])}" y="0" width="${percent(linearScale([0, to - from], [0, 98]).toPixels(band[1] - band[0]))}" ` +
      `height="${bottom}"/><line class="axis" x1="${x(1)}" x2="${x(1)}" y1="0" y2="${bottom}"/>`
    : '';
  const marks = ticks(from, to, 5).map(
    (tick) => `<text class="tick" x="${x(tick)}" y="${bottom + 15}">${tick}${unit === '×' ? unit : ` ${unit}`}</text>`,
  );
  return (
    `${stripe}${rows.map((row, i) => drawSpread(row, i * ROW, x, highest)).join('')}<line ` +
    `class="axis" x1="0" x2="100%" y1="${bottom}" y2="${bottom}"/>${marks.join('')}`
  );
}

function drawSpread(
  { label, note, side, low, mid, high, points }: SpreadRow,
  top: number,
  x: (value: number) => string,
  edge: number,
): string {
  const y = top + MARKS;
  const upright = (at: number, half: number): string => `<line x1="${x(at)}" x2="${x(at)}" y1="${y - half}" y2="${y + half}"/>`;
  const far = points.filter((point) => point > edge);
  const beyond = far.length > 0 ? `; ${formatCount(far.length)} further out, to ${Number(Math.max(...far).toPrecision(3))}` : '';
  const runs = points.filter((point) => point <= edge).map((point) => `<circle class="run" cx="${x(point)}" cy="${top + RUNS}" r="2"/>`);
  const pointer = far.length > 0 ? `<text class="far" x="100%" y="${top + RUNS + 4}">▸</text>` : '';
  const whiskers = `<line x1="${x(low)}" x2="${x(high)}" y1="${y}" y2="${y}"/>${upright(low, 4)}${upright(high, 4)}`;
  return (
    `${heading(top, label, `${note}${beyond}`)}<g class="${side}">${runs.join('')}${whiskers}<circle ` +
    `class="middle" cx="${x(mid)}" cy="${y}" r="4"/>${pointer}</g>`
  );
}

function drawSpindle(layers: Extract<Chart, { kind: 'spindle' }>['layers']): string {
  const largest = Math.max(1, ...layers.flatMap(({ before, after }) => [before, after ?? 0]));
  const section = (bytes: number, at: number, side: Who): string => {
    const half = Math.max(0.5, (SPINDLE / 2 - 4) * Math.sqrt(bytes / largest));
    return (
      `<rect class="${side}" x="${at}" width="1" y="${Number((SPINDLE / 2 - half).toFixed(2))}" ` +
      `height="${Number((half * 2).toFixed(2))}"/>`
    );
  };
  return layers
    .map(
      ({ name, before, after }, i) =>
        `<g><title>${escapeHtml(`${name}: ${formatBytes(before)}${after === null ? '' : ` → ${formatBytes(after)}`}`)}` +
        `</title>${section(before, i, 'original')}${after === null ? '' : section(after, i, 'result')}</g>`,
    )
    .join('');
}
