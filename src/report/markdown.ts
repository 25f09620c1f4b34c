import { cellText, type Block, type Cell, type Table } from './content';
import { sectionsOf } from './sections/index';
import type { Report } from './types';

/**
 * The report as Markdown: the words and tables of the HTML form, without its charts. All but the summary is folded, where Markdown is drawn
 * as HTML.
 */
export function reportMarkdown(report: Report): string {
  const [summary = [], ...rest] = sectionsOf(report).map(({ title, blocks }) => [`## ${title}`].concat(blocks.map(markdownOf)));
  const parts = [`# ${escape(report.model.name)}`, ...summary, '<details>\n<summary>All figures</summary>', ...rest.flat(), '</details>'];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function markdownOf(block: Block): string {
  switch (block.kind) {
    case 'words':
      return escape(block.text);
    case 'list':
      return block.items.map((item) => `- ${escape(item)}`).join('\n');
    case 'table':
      return tableOf(block.table);
    case 'chart':
      return '';
    case 'code':
      return `${escape(block.label)}:\n\n${fenced(block.text)}`;
  }
}

/** A table as GitHub reads it, its caption in bold above. */
function tableOf({ caption, columns, rows }: Table): string {
  return [
    `**${escape(caption)}**`,
    '',
    line(columns.map(({ name }) => escape(name))),
    line(columns.map(({ kind }) => (kind === 'numbers' ? '---:' : '---'))),
    ...rows.map((row) => line(row.map((cell: Cell) => escape(cellText(cell))))),
  ].join('\n');
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** Names come from files: nothing in them may become markup, break a table's row or start a line of its own. */
function escape(text: string): string {
  return (
    text
      .trim()
      .replaceAll(/\s*[\r\n]+\s*/g, ' ')
      .replaceAll(/[\\`*_[\]<>|~&]/g, String.raw`\$&`)
      .replace(/^(?:[-#]|\+(?=\s|$))/, String.raw`\$&`)
      .replace(/^(\d+)([.)])(?=\s|$)/, String.raw`$1\$2`)
      // Sites link and mention what they find in the text that is left, escaped or not: a word joiner, which nobody sees, parts it.
      .replaceAll(/@(?=\w)|#(?=\d)|\bGH-(?=\d)|\b[a-z][a-z\d+.-]*:(?=\/\/)|\bwww(?=\.)|\b(?:mailto|xmpp):(?=\S)/gi, '$&\u2060')
      // Controls turn the direction of what follows them; named, they do not.
      .replaceAll(
        /(?!\t)[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu,
        (control) => `U+${control.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`,
      )
  );
}

/** A fence longer than any in the text. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}\n${text}\n${fence}`;
}
