import type { Sensitivity, SensitivityCell } from '../engine/protocol/index';

const COLUMNS: readonly (keyof SensitivityCell)[] = [
  'layerId',
  'kind',
  'value',
  'kl',
  'sqnrDb',
  'top1',
  'agreement',
  'weightSqnrDb',
  'bytes',
];

/**
 * The scan as the file's name asks for: the whole result as JSON, or one line a cell as CSV (RFC 4180), empty where nothing was measured.
 */
export function sensitivityText(path: string, scan: Sensitivity): string {
  if (/\.json$/i.test(path)) return `${JSON.stringify(scan, null, 2)}\n`;
  const lines = scan.cells.map((cell) => COLUMNS.map((column) => quoted(cell[column])).join(','));
  return `${[COLUMNS.join(','), ...lines].join('\n')}\n`;
}

/** Spreadsheets compute text that begins as a formula does: an apostrophe makes it text again. Numbers stay numbers. */
function quoted(value: string | number | null): string {
  const text = typeof value === 'string' && /^\s*[=+\-@\t\r]/.test(value) ? `'${value}` : String(value ?? '');
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
