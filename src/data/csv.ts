/**
 * Rows of a CSV text (RFC 4180: quotes, doubled quotes, line breaks in quotes; LF or CRLF; a byte order mark is skipped).
 * Rows without any text are left out; cells are trimmed where they are not quoted.
 */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = text.startsWith('\uFEFF') ? 1 : 0;
  while (at < text.length) {
    const [cell, end] = text[skipBlanks(text, at)] === '"' ? quoted(text, skipBlanks(text, at)) : plain(text, at);
    row.push(cell);
    at = end + 1;
    if (text[end] === ',') continue;
    if (text[end] === '\r' && text[at] === '\n') at++;
    rows.push(row);
    row = [];
  }
  if (row.length > 0) rows.push([...row, '']);
  return rows.filter((cells) => cells.some((cell) => cell !== ''));
}

function skipBlanks(text: string, at: number): number {
  let end = at;
  while (text[end] === ' ' || text[end] === '\t') end++;
  return end;
}

function plain(text: string, at: number): [string, number] {
  let end = at;
  while (end < text.length && text[end] !== ',' && text[end] !== '\n' && text[end] !== '\r') end++;
  return [text.slice(at, end).trim(), end];
}

function quoted(text: string, at: number): [string, number] {
  let cell = '';
  let from = at + 1;
  for (;;) {
    const quote = text.indexOf('"', from);
    if (quote === -1) return [cell + text.slice(from), text.length];
    cell += text.slice(from, quote);
    if (text[quote + 1] !== '"') return [cell, plain(text, quote + 1)[1]];
    cell += '"';
    from = quote + 2;
  }
}
