import { bytesOf, textOf, unpacked } from './bytes';
import { parseCsv } from './csv';
import { readIdxLabels } from './idx';
import { isJson, jsonRows } from './json-labels';
import { readNpyLabels } from './npy';
import { isNpy } from './npy-file';
import type { LabelRow, RawLabel } from './source';
import type { DataFile } from './types';

/** Column names that mean a label, the likeliest first. */
const LABEL_COLUMNS = ['label', 'labels', 'class_index', 'index', 'class', 'target', 'category', 'y'];
const FILE_COLUMNS = ['file', 'filename', 'file_name', 'path', 'image', 'image_path', 'filepath', 'name'];

/**
 * A label a sample, in the samples' order: from IDX, npy (told by their first bytes), JSON, or text with one label a line or a CSV column.
 */
export async function readLabels(file: DataFile): Promise<ArrayLike<RawLabel>> {
  const head = await bytesOf((await unpacked(file)).slice(0, 8));
  if (isNpy(head)) return readNpyLabels(file);
  if (head[0] === 0 && head[1] === 0) return readIdxLabels(file);
  return (await readLabelRows(file)).map((row) => row.label);
}

/** The rows of a label file of text: JSON or CSV. Throws `bad-data` for broken JSON. */
export async function readLabelRows(file: DataFile): Promise<readonly LabelRow[]> {
  const text = await textOf(file);
  return isJson(text) ? jsonRows(text, file.path, { file: FILE_COLUMNS, label: LABEL_COLUMNS }) : tableRows(text);
}

/**
 * Rows of a table of labels. Columns are found by the header's names; without a header the first is the file (or a number of
 * the row) and the second the label, or the only one the label.
 */
function tableRows(text: string): readonly LabelRow[] {
  const rows = parseCsv(text);
  const header = (rows[0] ?? []).map((cell) => cell.toLowerCase());
  const labelColumn = labelColumnOf(header);
  const fileColumn = firstOf(FILE_COLUMNS, header);
  const headed = labelColumn !== null || fileColumn !== null;
  const single = (rows[0]?.length ?? 0) < 2;
  const at = labelColumn ?? (single ? 0 : 1);
  return (headed ? rows.slice(1) : rows).map((row) => ({
    file: single ? null : (row[fileColumn ?? 0] ?? null),
    label: parseLabel(row[at] ?? ''),
  }));
}

/** Where a header (lower case) has its label column; null where it has none. */
export function labelColumnOf(header: readonly string[]): number | null {
  return firstOf(LABEL_COLUMNS, header);
}

/** A whole number where the text is one, null where it is empty, or else a class's name. */
export function parseLabel(text: string): RawLabel {
  const trimmed = text.trim();
  if (trimmed === '') return null;
  const value = Number(trimmed);
  return Number.isInteger(value) ? value : trimmed;
}

function firstOf(names: readonly string[], header: readonly string[]): number | null {
  for (const name of names) {
    const at = header.indexOf(name);
    if (at !== -1) return at;
  }
  return null;
}
