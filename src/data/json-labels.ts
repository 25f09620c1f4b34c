import { WhittleError } from '../base/errors';
import { shown } from '../base/shown';
import type { LabelRow, RawLabel } from './source';

interface Columns {
  readonly file: readonly string[];
  readonly label: readonly string[];
}

/** Whether the text is meant as JSON: no CSV begins with a bracket or a brace. */
export function isJson(text: string): boolean {
  return /^\uFEFF?\s*[[{]/.test(text);
}

/** Parsed JSON of a data file; throws `bad-data` that names the file. */
export function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (cause) {
    throw new WhittleError(
      'bad-data',
      `"${path}" is not valid JSON: ${cause instanceof Error ? cause.message : String(cause)}.`,
      'Write the file again.',
      { cause },
    );
  }
}

/**
 * Labels as JSON: a list of labels in the samples' order, a list of [file, label] or of objects with a file and a label, an object of
 * labels by file, or one that holds a list under "labels" (and files under "files"). `columns` are the keys that mean a file or a label.
 */
export function jsonRows(text: string, path: string, columns: Columns): readonly LabelRow[] {
  const json = parseJson(text, path);
  if (Array.isArray(json)) return json.map((item: unknown) => rowOf(item, columns, path));
  const values = new Map(Object.entries(Object(json)));
  const list = pick(values, columns.label);
  const files = pick(values, [...columns.file, 'files']);
  if (Array.isArray(list))
    return list.map((label: unknown, k) => ({ file: Array.isArray(files) ? textOrNull(files[k]) : null, label: labelOf(label, path) }));
  return [...values].map(([file, label]) => ({ file, label: labelOf(label, path) }));
}

function rowOf(item: unknown, columns: Columns, path: string): LabelRow {
  if (Array.isArray(item)) {
    const [file, label] = item;
    return { file: textOrNull(file), label: labelOf(label, path) };
  }
  if (typeof item !== 'object' || item === null) return { file: null, label: labelOf(item, path) };
  const values = new Map(Object.entries(item).map(([key, value]) => [key.toLowerCase(), value]));
  return { file: textOrNull(pick(values, columns.file)), label: labelOf(pick(values, columns.label), path) };
}

function pick(values: ReadonlyMap<string, unknown>, keys: readonly string[]): unknown {
  for (const key of keys) if (values.has(key)) return values.get(key);
  return undefined;
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function labelOf(value: unknown, path: string): RawLabel {
  if (value === null || value === undefined || value === '') return null;
  if (typeof value === 'string' || typeof value === 'number') return value;
  throw new WhittleError(
    'bad-data',
    `"${path}" has the label ${shown(value)}, which is neither a number nor a name.`,
    'Give each sample one label.',
  );
}
