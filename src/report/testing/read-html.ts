/** Reads back what a report's HTML says, by the few forms in which it writes: no parser of HTML at large. */

export interface ReadTable {
  readonly heads: readonly string[];
  /** Text of each cell. */
  readonly rows: readonly (readonly string[])[];
  /** Numbers each cell carries. */
  readonly values: readonly (readonly (readonly number[])[])[];
}

export function embeddedJson(html: string): unknown {
  const json = /<script type="application\/json" id="report">(.*?)<\/script>/s.exec(html)?.[1];
  return JSON.parse(json ?? '');
}

/** Tables by the start of their caption. */
export function tableOf(html: string, caption: string): ReadTable {
  const start = html.indexOf(`<caption>${caption}`);
  if (start < 0) throw new Error(`No table "${caption}"`);
  const table = html.slice(start, html.indexOf('</table>', start));
  const rows = [...table.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row = '']) =>
    [...row.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/gs)].map(([, cell = '']) => cell),
  );
  const [heads = [], ...body] = rows;
  return { heads, rows: body.map((row) => row.map(textOf)), values: body.map((row) => row.map(valuesOf)) };
}

export function valuesOf(html: string): number[] {
  return [...html.matchAll(/<data value="([^"]*)">/g)].map(([, value]) => Number(value));
}

export function textOf(html: string): string {
  return html
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}

/** Every number anywhere in a JSON value. */
export function numbersIn(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbersIn) : [];
}

/** Numbers with the text they are read as. */
export function figuresIn(html: string): { readonly value: number; readonly text: string }[] {
  return [...html.matchAll(/<data value="([^"]*)">(.*?)<\/data>/g)].map(([, value, text = '']) => ({
    value: Number(value),
    text: textOf(text),
  }));
}

/** Levels of the headings in order. */
export function headingsOf(html: string): number[] {
  return [...html.matchAll(/<h(\d)/g)].map(([, level]) => Number(level));
}

const VOID = new Set(['meta', '!doctype']);

/** Tags that are opened and not closed, or closed and not opened; the contents of script and style are no markup. */
export function openTags(html: string): string[] {
  const open: string[] = [];
  const markup = html.replaceAll(/(<(script|style)[^>]*>).*?(<\/\2>)/gs, '$1$3');
  for (const [, close, name = '', , self] of markup.matchAll(/<(\/?)([a-z!][a-z0-9]*)((?:"[^"]*"|[^">])*?)(\/?)>/gi)) {
    if (VOID.has(name) || self === '/') continue;
    if (close === '') open.push(name);
    else if (open.at(-1) === name) open.pop();
    else open.push(`/${name}`);
  }
  return open;
}
