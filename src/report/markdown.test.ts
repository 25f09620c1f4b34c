import { expect, test } from 'vitest';
import { cellText } from './content';
import { reportMarkdown } from './markdown';
import { reportOf } from './report';
import { sectionsOf } from './sections/index';
import { ATTACK, BY_CHANCE, FULL, LEAST } from './testing/results';

/** Cells of a table's line, unescaped. */
function cells(line: string): string[] {
  return line
    .slice(2, -2)
    .split(/(?<!\\)(?:\\\\)* \| /)
    .map((cell) => cell.replaceAll(/\\(.)/g, '$1').replaceAll('\u2060', ''));
}

test.each([
  ['full', FULL],
  ['least', LEAST],
  ['attack', ATTACK],
])('tables hold the cells of the HTML form: %s', (_name, results) => {
  const report = reportOf(results);
  const lines = reportMarkdown(report)
    .split('\n')
    .filter((line) => line.startsWith('| '));
  const wanted = sectionsOf(report).flatMap(({ blocks }) =>
    blocks.flatMap((block) =>
      block.kind === 'table'
        ? [
            block.table.columns.map(({ name }) => name),
            block.table.columns.map(({ kind }) => (kind === 'numbers' ? '---:' : '---')),
            ...block.table.rows.map((row) => row.map(cellText)),
          ]
        : [],
    ),
  );
  expect(lines.map(cells)).toEqual(wanted.map((row) => row.map((cell) => cell.replaceAll(/\s*\n\s*/g, ' '))));
});

test('names from files start no line, tag, link or fence of their own', () => {
  const markdown = reportMarkdown(reportOf(ATTACK));
  const prose = markdown.replaceAll(/^(`{3,})\n[\s\S]*?\n\1$/gm, '');
  expect(prose).not.toMatch(/^# a/m);
  expect(prose).not.toMatch(/(?<!\\)<script/);
  expect(prose.match(/^#+ .*/gm)).toHaveLength(13);
  expect(prose).not.toMatch(/^`/m);
});

test('prose keeps numbers readable', () => {
  const markdown = reportMarkdown(reportOf(FULL));
  expect(markdown).toContain('| fire2/squeeze | quantize-weights: left as it was. |');
  expect(markdown).toContain('| 59.60 | 55.24–63.81 | 500 |');
  expect(markdown).toContain('```\n#r=1/webgpu/prune-weights/quantize-weights?bits=4&bits.conv1=6\n```');
  expect(reportMarkdown(reportOf(LEAST))).toContain('- Latency: not measured, since it was not asked for.');
});

test('names from files mention, refer to and link nothing, and turn no direction', () => {
  const full = FULL;
  const name = 'see @user, #12, GH-7, http://x.io, www.x.io, a@x.io, mailto:a@x.io \u202eabc.onnx';
  const markdown = reportMarkdown(reportOf({ ...full, opened: { ...full.opened, summary: { ...full.opened.summary, name } } }));
  expect(markdown).toMatch(/^# see @/);
  expect(markdown).not.toMatch(/@\w|#\d|GH-\d|:\/\/x|www\.x|mailto:a|\u202e/);
  expect(markdown).toContain('U+202Eabc.onnx');
});

test('an accuracy that cannot be told from chance is said in its place, without a share', () => {
  const { evaluation } = FULL;
  if (!evaluation) throw new Error('There is no evaluation.');
  const markdown = reportMarkdown(reportOf({ ...FULL, evaluation: { ...evaluation, chance: BY_CHANCE } }));
  expect(markdown).toContain('Top-1 accuracy: cannot be told from chance, 500 samples.');
  expect(markdown).toContain('1 of 500 samples right, where answers that ignore the samples have 0.5');
  expect(markdown).not.toMatch(/59\.60|Right answers, percent/);
});
