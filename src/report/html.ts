import { drawChart } from './charts';
import { between, type Block, type Cell, type Column, type Figure, type Section, type Table } from './content';
import { htmlDocument } from './document';
import { escapeHtml } from './escape';
import { sectionsOf } from './sections/index';
import type { Report } from './types';
import { labelRecipe } from '../recipe/label';

/**
 * The report as one HTML file that needs nothing else, opened from anywhere. Each number of its tables carries its value (`<data>`); the
 * whole report is in the script element `report` as JSON.
 */
export function reportHtml(report: Report): string {
  const sections = sectionsOf(report);
  const { model, recipe, environment } = report;
  const about = [labelRecipe(recipe), environment.date.slice(0, 10), environment.adapter, environment.browser].filter(
    (words) => words !== null,
  );
  const head = `<header>
<p class="quiet">Whittle report</p>
<h1>${escapeHtml(model.name)}</h1>
<p class="quiet">${escapeHtml(about.join(' · '))}</p>
<nav aria-label="Contents"><ul>${sections.map(({ id, title }) => `<li><a href="#${id}">${escapeHtml(title)}</a></li>`).join('')}</ul></nav>
</header>`;
  const body = sections.map((each, i) => (i === 0 ? drawSection(each) : drawFolded(each))).join('\n');
  const json = JSON.stringify(report).replaceAll('<', String.raw`\u003c`);
  const after = `<script type="application/json" id="report">${json}</script>\n`;
  return htmlDocument(`${model.name}: Whittle report`, `${head}\n${body}`, { after });
}

/** All but the first page is folded: it is there for who wants to check. */
function drawFolded({ id, title, blocks }: Section): string {
  return (
    `<section aria-labelledby="${id}">\n<details>\n<summary><h2 id="${id}">${escapeHtml(title)}</h2>` +
    `</summary>\n${blocks.map(drawBlock).join('\n')}\n</details>\n</section>`
  );
}

function drawSection({ id, title, blocks }: Section): string {
  return `<section aria-labelledby="${id}">\n<h2 id="${id}">${escapeHtml(title)}</h2>\n${blocks.map(drawBlock).join('\n')}\n</section>`;
}

function drawBlock(block: Block): string {
  switch (block.kind) {
    case 'words':
      return block.text === '' ? '' : `<p>${escapeHtml(block.text)}</p>`;
    case 'list':
      return `<ul>${block.items.map((item) => `<li>${escapeHtml(item)}</li>`).join('')}</ul>`;
    case 'table':
      return drawTable(block.table);
    case 'chart':
      return `<figure>${drawChart(block.chart, block.finding)}</figure>`;
    case 'code':
      return `<figure><figcaption>${escapeHtml(block.label)}</figcaption><pre><code>${escapeHtml(block.text)}</code></pre></figure>`;
  }
}

function drawTable({ caption, columns, rows }: Table): string {
  const heads = columns.map((column) => `<th scope="col"${align(column)}>${escapeHtml(column.name)}</th>`);
  const body = rows.map((row) => `<tr>${row.map((cell, i) => drawCell(cell, i, columns[i])).join('')}</tr>`);
  const name = escapeHtml(caption);
  // A table wider than the window scrolls, which keys can do only in what takes the focus.
  return (
    `<div class="wide" role="region" aria-label="${name}" tabindex="0"><table><caption>${name}</caption>` +
    `<thead><tr>${heads.join('')}</tr></thead><tbody>\n${body.join('\n')}\n</tbody></table></div>`
  );
}

function align(column: Column | undefined): string {
  return column?.kind === 'numbers' ? ' class="n"' : '';
}

function drawCell(cell: Cell, at: number, column: Column | undefined): string {
  const content =
    typeof cell === 'string' ? escapeHtml(cell) : 'text' in cell ? number(cell) : `${number(cell[0])}${between(cell)}${number(cell[1])}`;
  if (at === 0) return `<th scope="row">${content}</th>`;
  if (typeof cell !== 'string' && 'text' in cell && cell.heat !== undefined) return `<td class="n heat${cell.heat}">${content}</td>`;
  return `<td${align(column)}>${content}</td>`;
}

function number({ value, text }: Figure): string {
  return `<data value="${value}">${escapeHtml(text)}</data>`;
}
