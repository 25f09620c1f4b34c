/** Every figure of every bench over time, as one HTML file that needs nothing else. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { linearScale } from '../../src/base/scales';
import { htmlDocument } from '../../src/report/document';
import { escapeHtml } from '../../src/report/escape';
import { describeFigure, type Figure, written } from './figures';
import { ROOT } from './machine';
import type { Run } from './records';

/** One figure of one run. */
interface Point {
  readonly run: Run;
  readonly figure: Figure;
}

/** @returns where it was written. */
export function writePage(runs: readonly Run[], path = join(ROOT, 'bench/results/index.html')): string {
  writeFileSync(path, pageOf(runs));
  return path;
}

const WARNING =
  'Figures of machines that differ, or that were busy, do not compare: the table beside each line says what it was measured on.';

const MARKS = '.line{fill:none;stroke:var(--steelline)}.dot{fill:var(--woodfill)}.spread{stroke:var(--line2)}';

/** @param runs the oldest first. */
export function pageOf(runs: readonly Run[]): string {
  const benches = [...new Set(runs.map(({ bench }) => bench))].toSorted();
  const head = `<header>
<h1>Benches over time</h1>
<p class="quiet">${runs.length} runs. ${WARNING}</p>
<nav aria-label="Contents"><ul>${benches.map((name) => `<li><a href="#${name}">${name}</a></li>`).join('')}</ul></nav>
</header>`;
  const sections = benches.map((name) => {
    const own = runs.filter(({ bench }) => bench === name);
    return drawBench(name, own);
  });
  return htmlDocument('Whittle: benches over time', [head, ...sections].join('\n'), { more: MARKS });
}

function drawBench(name: string, runs: readonly Run[]): string {
  const points = new Map<string, Point[]>();
  for (const run of runs) {
    for (const figure of run.figures) {
      const key = `${figure.name}, ${figure.unit}`;
      points.set(key, [...(points.get(key) ?? []), { run, figure }]);
    }
  }
  const figures = [...points].map(([key, own]) => drawFigure(key, own));
  return `<section aria-labelledby="${name}">\n<h2 id="${name}">${name}</h2>\n${figures.join('\n')}\n</section>`;
}

function drawFigure(key: string, points: readonly Point[]): string {
  const caption = escapeHtml(key);
  const rows = points.map(({ run, figure }) => {
    const { machine } = run;
    const state = `${run.commit}${run.changed ? ', changed' : ''}`;
    const on = `${machine.cpu}, ${machine.cores} cores, loop ${machine.loopMs} ms, load ${machine.load}`;
    const cells = [describeFigure(figure), run.arguments.join(' '), state, on].map((cell) => `<td>${escapeHtml(cell)}</td>`);
    return `<tr><th scope="row">${run.date.slice(0, 16).replace('T', ' ')}</th>${cells.join('')}</tr>`;
  });
  return (
    `<figure><figcaption>${caption}</figcaption>${drawLine(key, points)}` +
    `<details><summary>Table</summary><div class="wide" role="region" aria-label="${caption}" tabindex="0"><table>` +
    `<thead><tr>${COLUMNS.map((head) => `<th scope="col">${head}</th>`).join('')}</tr></thead>` +
    `<tbody>${rows.join('\n')}</tbody></table></div></details></figure>`
  );
}

const COLUMNS = ['date', 'figure', 'arguments', 'commit', 'machine'];
const WIDTH = 600;
const HEIGHT = 60;

/** The figure by run, from 0 up, its repeats as a bar; of one run there is no line to draw. */
function drawLine(key: string, points: readonly Point[]): string {
  if (points.length < 2) return `<p>${escapeHtml(points[0] === undefined ? '' : describeFigure(points[0].figure))}</p>`;
  const samples = points.flatMap(({ figure }) => figure.repeats?.samples ?? [figure.value]);
  const x = linearScale([0, points.length - 1], [8, WIDTH - 8]);
  const y = linearScale([Math.min(0, ...samples), Math.max(...samples) || 1], [HEIGHT - 6, 6]);
  const at = points.map(({ figure }, i) => ({ x: x.toPixels(i), y: y.toPixels(figure.value), figure }));
  const path = at.map((point, i) => `${i === 0 ? 'M' : 'L'}${point.x.toFixed(1)} ${point.y.toFixed(1)}`).join('');
  const marks = at.map(({ x: left, y: top, figure: { value, unit, repeats } }) => {
    const [low, high] = [Math.min(...(repeats?.samples ?? [value])), Math.max(...(repeats?.samples ?? [value]))];
    const bar = `<line class="spread" x1="${left}" x2="${left}" y1="${y.toPixels(low)}" y2="${y.toPixels(high)}"/>`;
    return `${bar}<circle class="dot" cx="${left}" cy="${top}" r="3"><title>${escapeHtml(`${written(value)} ${unit}`)}</title></circle>`;
  });
  const [first, last] = [points[0], points.at(-1)];
  const shown = (point: Point | undefined): string => written(point?.figure.value ?? Number.NaN);
  const name = escapeHtml(`${key}: ${shown(first)} to ${shown(last)} over ${points.length} runs`);
  const line = `<path class="line" d="${path}"/>${marks.join('')}`;
  return `<svg role="img" aria-label="${name}" width="100%" viewBox="0 0 ${WIDTH} ${HEIGHT}">${line}</svg>`;
}
