import { WhittleError } from '../base/errors';
import type { Job } from '../base/job';
import { shown } from '../base/shown';
import { counted } from '../base/plural';
import { BlobBytes, unpacked } from './bytes';
import { channelCount } from './card';
import { parseCsv } from './csv';
import { labelColumnOf, parseLabel } from './labels';
import type { Problems } from './problems';
import { interleave, type RawLabel, type Source } from './source';
import type { CardInput, DataFile } from './types';

const CHUNK = 2 ** 20;
const NEWLINE = 10;
/** Bytes of a line: three million numbers of four digits. */
const LONGEST = 2 ** 24;

/**
 * Samples of a CSV file, one a row: channels * height * width numbers in the card's layout, with a label column found by its
 * header's name, or the first column where there is one more than a sample has values. The file is read once in pieces to find and check
 * the rows; then each sample is read where it lies. Rows that do not fit are problems.
 */
export async function openTable(
  file: DataFile,
  input: CardInput,
  labels: ArrayLike<RawLabel> | null,
  problems: Problems,
  job: Job,
): Promise<Source> {
  const bytes = new BlobBytes(await unpacked(file));
  const [height, width] = input.size;
  const channels = channelCount(input);
  const values = channels * height * width;
  const starts: number[] = [];
  const ends: number[] = [];
  const own: RawLabel[] = [];
  const rowLabels: RawLabel[] = [];
  let labelColumn: number | null = null;
  let row = -1;
  for await (const line of linesOf(file.path, bytes, job)) {
    const cells = cellsOf(line.text);
    if (cells.length === 1 && cells[0] === '') continue;
    if (row === -1 && labelColumn === null) {
      const header = cells.some((cell) => Number.isNaN(Number(cell)));
      labelColumn = columnOf(file.path, header ? cells.map((c) => c.trim().toLowerCase()) : [], cells.length, values);
      if (header) continue;
    }
    row++;
    const reason = misfit(cells, labelColumn, values);
    if (reason !== null) {
      problems.add(`row ${row + 1}: ${reason}`);
      continue;
    }
    starts.push(line.start);
    ends.push(line.end);
    own.push(labelColumn === null ? null : parseLabel(cells[labelColumn] ?? ''));
    rowLabels.push(labels?.[row] ?? null);
  }
  return {
    length: starts.length,
    declared: starts.length,
    labels: labels ? rowLabels : labelColumn === null ? null : own,
    name: (index) => `sample ${index}`,
    async read(index) {
      const start = starts[index] ?? 0;
      const cells = cellsOf(new TextDecoder().decode(await bytes.read(start, (ends[index] ?? 0) - start)));
      const numbers = Float32Array.from(
        cells.filter((_, k) => k !== labelColumn),
        Number,
      );
      return { width, height, channels, data: input.layout === 'NCHW' ? interleave(numbers, channels, new Float32Array(values)) : numbers };
    },
  };
}

/** The label column; null where the rows hold values only. */
function columnOf(path: string, header: readonly string[], columns: number, values: number): number | null {
  if (columns === values) return null;
  if (columns === values + 1) return labelColumnOf(header) ?? 0;
  throw new WhittleError(
    'bad-data',
    `"${path}" has ${counted(columns, 'column')}; the card's input has ${counted(values, 'value')}.`,
    `Give ${counted(values, 'column')}, or ${values + 1} with a label, or correct "input.size" on the card.`,
  );
}

function misfit(cells: readonly string[], labelColumn: number | null, values: number): string | null {
  const wanted = values + (labelColumn === null ? 0 : 1);
  if (cells.length !== wanted) return `it has ${counted(cells.length, 'column')}, not ${wanted}`;
  const bad = cells.findIndex((cell, k) => k !== labelColumn && (cell.trim() === '' || !Number.isFinite(Number(cell))));
  return bad === -1 ? null : `column ${bad + 1} is ${shown(cells[bad] ?? '')}, not a number`;
}

function cellsOf(line: string): readonly string[] {
  return line.includes('"') ? (parseCsv(line)[0] ?? []) : line.split(',');
}

interface Line {
  readonly text: string;
  /** Bytes of the file, without the line's end. */
  readonly start: number;
  readonly end: number;
}

/** Lines of the file in turn. Pieces of a line are joined once, where it ends. Throws `bad-data` for a line that is too long. */
async function* linesOf(path: string, bytes: BlobBytes, job: Job): AsyncGenerator<Line> {
  const startedAt = Date.now();
  const decoder = new TextDecoder();
  let held: Uint8Array[] = [];
  let [start, number] = [0, 1];
  for (let at = 0; at < bytes.size;) {
    job.signal.throwIfAborted();
    const chunk = await bytes.read(at, CHUNK);
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
      held.push(chunk.subarray(from, end));
      yield lineOf(held, start, decoder);
      held = [];
      from = end + 1;
      start = at + from;
      number++;
    }
    held.push(chunk.subarray(from));
    at += chunk.length;
    if (at - start > LONGEST)
      throw new WhittleError(
        'bad-data',
        `"${path}" has a line ${number} of more than ${LONGEST / 2 ** 20} MiB.`,
        'Write one sample a line, or the samples as npy.',
      );
    job.onProgress({ stage: 'Reading rows', done: at, total: bytes.size, startedAt });
  }
  if (start < bytes.size) yield lineOf(held, start, decoder);
}

/** A line without its end. */
function lineOf(pieces: readonly Uint8Array[], start: number, decoder: TextDecoder): Line {
  const [first = new Uint8Array()] = pieces;
  const whole = pieces.length === 1 ? first : joined(pieces);
  const stop = whole.at(-1) === 13 ? whole.length - 1 : whole.length;
  return { text: decoder.decode(whole.subarray(0, stop)), start, end: start + stop };
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
