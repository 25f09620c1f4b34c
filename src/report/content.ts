/** A report before it takes a form: sections of words, tables and charts, of which HTML draws all and Markdown the words and tables. */

export const NOT_MEASURED = 'not measured';
/** Half a sentence, as every reason for a figure that is missing. */
export const NOT_ASKED = 'it was not asked for';

/** A number of the report as it is read. HTML carries the number itself beside the text. */
export interface Figure {
  readonly text: string;
  readonly value: number;
  /** Step of the heat scale, 0..4. */
  readonly heat?: number;
}

/** Words, a number, or the two ends of an interval. */
export type Cell = string | Figure | readonly [Figure, Figure];

export interface Column {
  readonly name: string;
  readonly kind: 'words' | 'numbers';
}

/** The first cell of a row names it. */
export interface Table {
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
}

/** Sides as everywhere: the original is hollow, the result solid. */
export type Who = 'original' | 'result';

export interface BarRow {
  readonly label: string;
  readonly before: number | null;
  readonly after: number | null;
  /** Written at the row's end. */
  readonly note: string;
}

export interface SpreadRow {
  readonly label: string;
  readonly side: Who;
  readonly low: number;
  readonly mid: number;
  readonly high: number;
  /** Every single run. */
  readonly points: readonly number[];
  readonly note: string;
}

export type Chart =
  /** The result inside the original, on one zero. */
  | { readonly kind: 'bars'; readonly rows: readonly BarRow[] }
  /** `limits`: the axis goes no further. `zero`: it starts there. `band`: between these nothing is called a change. */
  | {
      readonly kind: 'spreads';
      readonly rows: readonly SpreadRow[];
      readonly limits: readonly [number, number];
      readonly zero: boolean;
      readonly band: readonly [number, number] | null;
      readonly unit: string;
    }
  /** A section a layer, mirrored, its half-height the square root of its bytes. */
  | {
      readonly kind: 'spindle';
      readonly layers: readonly { readonly name: string; readonly before: number; readonly after: number | null }[];
    };

export type Block =
  | { readonly kind: 'words'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | { readonly kind: 'table'; readonly table: Table }
  /** `finding`: one sentence that says what the chart shows. Its numbers follow in a table. */
  | { readonly kind: 'chart'; readonly finding: string; readonly chart: Chart }
  | { readonly kind: 'code'; readonly label: string; readonly text: string };

export interface Section {
  readonly id: string;
  readonly title: string;
  readonly blocks: readonly Block[];
}

/** A cell for a number, or for its absence. */
export function figure(value: number | null | undefined, format: (value: number) => string, absent = NOT_MEASURED): Cell {
  return value === null || value === undefined ? absent : { value, text: format(value) };
}

/** Both ends in one cell; "not measured" where there are none. */
export function interval(
  ends: { readonly low: number; readonly high: number } | null | undefined,
  format: (value: number) => string,
): Cell {
  return ends
    ? [
        { value: ends.low, text: format(ends.low) },
        { value: ends.high, text: format(ends.high) },
      ]
    : NOT_MEASURED;
}

/** Between the ends of an interval: a dash beside a minus sign would read as one. */
export function between([low, high]: readonly [Figure, Figure]): string {
  return low.value < 0 || high.value < 0 ? ' to ' : '–';
}

/** A cell as running text has it. */
export function cellText(cell: Cell): string {
  if (typeof cell === 'string') return cell;
  return 'text' in cell ? cell.text : `${cell[0].text}${between(cell)}${cell[1].text}`;
}

/** Columns of words, which are set left. */
export function words(...names: readonly string[]): Column[] {
  return names.map((name) => ({ name, kind: 'words' }));
}

/** Columns of figures, which are set right. */
export function numbers(...names: readonly string[]): Column[] {
  return names.map((name) => ({ name, kind: 'numbers' }));
}

/** Sentences one after another; null and empty ones are left out. */
export function text(...sentences: readonly (string | null)[]): Block {
  return { kind: 'words', text: sentences.filter((sentence) => sentence !== null && sentence !== '').join(' ') };
}

/** The first rows of a long table, with a caption that says so. */
export function capped(table: Table, most: number): Table {
  if (table.rows.length <= most) return table;
  return {
    ...table,
    caption: `${table.caption}: the first ${most} of ${table.rows.length}; the JSON has all`,
    rows: table.rows.slice(0, most),
  };
}

/** A section of a kind of figures: says why there are none where there are none. */
export function section(id: string, title: string, blocks: readonly Block[] | null, why = NOT_ASKED): Section {
  return { id, title, blocks: blocks ?? [{ kind: 'words', text: `Not measured, since ${why}.` }] };
}
