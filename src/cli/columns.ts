/** Rows of text under each other. */
export type Align = 'left' | 'right';

const GAP = '  ';

/**
 * Lines of the rows with every column as wide as its widest cell. @param aligns of the columns, the last where there are more @param width
 * columns of the terminal: where lines are wider, the first column gives way, its cells cut in their middle.
 */
export function alignedLines(rows: readonly (readonly string[])[], aligns: readonly Align[], width = Infinity): string[] {
  const count = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const over = widths.reduce((sum, each) => sum + each, GAP.length * (count - 1)) - width;
  if (over > 0) widths[0] = Math.max(LEAST, (widths[0] ?? 0) - over);
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const room = widths[column] ?? 0;
        const text = column === 0 ? cutMiddle(cell, room) : cell;
        return (aligns[column] ?? aligns.at(-1)) === 'right' ? text.padStart(room) : text.padEnd(room);
      })
      .join(GAP)
      .trimEnd(),
  );
}

/** A first column is not cut below this. */
const LEAST = 8;

function cutMiddle(text: string, width: number): string {
  if (text.length <= width) return text;
  const head = Math.ceil((width - 1) / 2);
  return `${text.slice(0, head)}…${text.slice(text.length - (width - 1 - head))}`;
}

/** Words in lines of `width` at most, those after the first indented. */
export function wrapped(text: string, width: number, indent: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = indent + word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
