import type { FileMetaData, ParquetRow } from 'hyparquet';
import { WhittleError } from '../base/errors';
import type { Job } from '../base/job';
import { BlobBytes, unpacked } from './bytes';
import { checkedImages, type Encoded } from './decoded';
import type { DecodeImage } from './decode';
import type { FileIndex } from './files';
import { checkFooter, checkMetadata } from './parquet-check';
import { damaged } from './parquet-chunk';
import { guarded } from './parquet-codecs';
import { columnsOf, type Columns } from './parquet-columns';
import { CheckedPages } from './parquet-pages';
import type { Problems } from './problems';
import type { RawLabel, Source } from './source';
import type { DataFile, ImageCard } from './types';

/** Rows read together where the file's index lets single pages be read; else a row group is the least that can be. */
const BLOCK = 16;
/** Blocks kept: images are read in order, by a few readers that may stand on either side of a border. */
const BLOCKS = 2;

/** What hyparquet reads from. */
interface Bytes {
  readonly byteLength: number;
  slice(start: number, end?: number): Promise<ArrayBuffer>;
}

/**
 * Images of Parquet files as Hugging Face writes them: a column of encoded images (a struct with "bytes", or binary) and one of labels,
 * whose class names the file's "huggingface" metadata may hold. `labels` of their own file take the column's place. One file, or all
 * given in the order of their paths. Throws `bad-data` where a file is no Parquet or holds no images.
 */
export async function openParquet(
  card: ImageCard,
  files: FileIndex,
  labels: ArrayLike<RawLabel> | null,
  problems: Problems,
  decode: DecodeImage,
  job: Job,
): Promise<Source> {
  const wanted = card.images ?? '*.parquet';
  const chosen = files.matching(wanted);
  if (chosen.length === 0)
    throw new WhittleError(
      'bad-data',
      `There is no Parquet file "${wanted}" among the data.`,
      'Compare "images" on the card with the files.',
    );
  const parts: Part[] = [];
  for (const file of chosen) parts.push(await openPart(file, job));
  const own = parts.flatMap((part) => part.labels ?? []);
  const rows = parts.flatMap((part) => part.rows);
  const used = labels ?? (own.length === rows.length ? own : null);
  const items = rows.map((row, k): Encoded => ({ ...row, label: used?.[k] ?? null }));
  problems.addMany(Math.max(0, (labels?.length ?? 0) - rows.length), (k) => `label ${rows.length + k}: there is no sample for it`);
  const source = await checkedImages(items, used !== null, problems, decode, job);
  const names = parts[0]?.names ?? null;
  return names === null ? source : { ...source, names };
}

/** The first image of a Parquet file, encoded; null of an empty one. Throws as `openParquet`. */
export async function firstImage(file: DataFile): Promise<Blob | null> {
  const { columns, read } = await openTable(file);
  const [row] = await read(columns.image, 0, 1);
  return row === undefined ? null : imageOf(row[columns.image], file.path, 0);
}

interface Part {
  readonly rows: readonly Omit<Encoded, 'label'>[];
  readonly labels: readonly RawLabel[] | null;
  readonly names: readonly string[] | null;
}

async function openPart(file: DataFile, job: Job): Promise<Part> {
  job.signal.throwIfAborted();
  const table = await openTable(file);
  const { columns, metadata } = table;
  const count = Number(metadata.num_rows);
  const labels = columns.label === null ? null : await readColumn(table, columns.label);
  const block = blocks(table);
  return {
    names: columns.names,
    labels,
    rows: Array.from({ length: count }, (_, row) => ({
      name: count === 1 ? file.path : `${file.path}, row ${row}`,
      blob: async () => imageOf((await block(row))[columns.image], file.path, row),
    })),
  };
}

interface Table {
  readonly path: string;
  readonly metadata: FileMetaData;
  readonly columns: Columns;
  readonly read: (column: string, rowStart: number, rowEnd: number) => Promise<ParquetRow[]>;
}

async function openTable(file: DataFile): Promise<Table> {
  const { path } = file;
  // Loaded when the first Parquet file comes, and the rarer compressions (Hugging Face writes Snappy) when one needs them.
  const { parquetMetadataAsync, parquetReadObjects, snappyUncompress } = await import('hyparquet');
  const blob = await unpacked(file);
  const [bytes, parts] = [reader(blob), new BlobBytes(blob)];
  await checkFooter(path, parts);
  return named(path, async () => {
    // Places on a map are of no use here, and reading their description trusts it.
    const metadata = await parquetMetadataAsync(bytes, { geoparquet: false });
    const chunks = checkMetadata(path, metadata, blob.size);
    const codecs = new Set(chunks.flat().map(({ codec }) => codec));
    codecs.delete('UNCOMPRESSED');
    codecs.delete('SNAPPY');
    const compressors = guarded(snappyUncompress, codecs.size === 0 ? {} : (await import('hyparquet-compressors')).compressors);
    const pages = chunks.map((group) => group.map((chunk) => new CheckedPages(path, parts, chunk, compressors)));
    const check = async (column: string, rowStart: number, rowEnd: number): Promise<void> => {
      let first = 0;
      for (const [at, group] of metadata.row_groups.entries()) {
        const rows = Number(group.num_rows);
        const [from, to] = [Math.max(0, rowStart - first), Math.min(rows, rowEnd - first)];
        first += rows;
        if (from >= to) continue;
        for (const [k, { meta_data: meta }] of group.columns.entries())
          if (meta?.path_in_schema[0] === column) await pages[at]?.[k]?.check(from, to);
      }
    };
    return {
      path,
      metadata,
      columns: columnsOf(path, metadata),
      read: (column, rowStart, rowEnd) =>
        named(path, async () => {
          await check(column, rowStart, rowEnd);
          return parquetReadObjects({
            file: bytes,
            metadata,
            columns: [column],
            rowStart,
            rowEnd,
            utf8: false,
            useOffsetIndex: true,
            compressors,
          });
        }),
    };
  });
}

/** Whatever a reader or a decompressor throws is the file's fault. */
async function named<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof WhittleError) throw cause;
    const message = cause instanceof Error ? cause.message : String(cause);
    // What a reader runs into without noticing says little by itself.
    throw damaged(path, cause instanceof TypeError || cause instanceof RangeError ? `it is damaged (${message})` : message, cause);
  }
}

function reader(blob: Blob): Bytes {
  return { byteLength: blob.size, slice: (start, end) => blob.slice(start, end).arrayBuffer() };
}

async function readColumn(table: Table, column: string): Promise<readonly RawLabel[]> {
  const rows = await table.read(column, 0, Number(table.metadata.num_rows));
  return rows.map((row, k) => {
    const value: unknown = row[column];
    if (typeof value === 'bigint') return Number(value);
    if (typeof value === 'number' || typeof value === 'string') return value;
    if (value === null || value === undefined) return null;
    throw new WhittleError(
      'bad-data',
      `"${table.path}" has in its column "${column}", row ${k}, what is neither a number nor a text.`,
      'Give the labels in a file of their own.',
    );
  });
}

/** Reads the block of rows that a row lies in; the last few are kept. */
function blocks(table: Table): (row: number) => Promise<ParquetRow> {
  const { metadata, columns } = table;
  const starts = blockStarts(metadata, columns.image);
  const kept = new Map<number, Promise<ParquetRow[]>>();
  return async (row) => {
    const at = blockOf(starts, row);
    const start = starts[at] ?? 0;
    const rows = kept.get(at) ?? table.read(columns.image, start, starts[at + 1] ?? Number(metadata.num_rows));
    kept.delete(at);
    kept.set(at, rows);
    const oldest = kept.keys().next();
    if (kept.size > BLOCKS && oldest.done === false) kept.delete(oldest.value);
    return (await rows)[row - start] ?? {};
  };
}

/** The block that a row lies in: the last that does not begin behind it. */
function blockOf(starts: readonly number[], row: number): number {
  let [low, high] = [0, starts.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= row) low = middle;
    else high = middle;
  }
  return low;
}

/** First rows of the parts that are read together, ascending. */
function blockStarts(metadata: FileMetaData, image: string): readonly number[] {
  const starts: number[] = [];
  let start = 0;
  for (const group of metadata.row_groups) {
    const rows = Number(group.num_rows);
    const chunks = group.columns.filter((column) => column.meta_data?.path_in_schema[0] === image);
    const step = chunks.every((column) => column.offset_index_offset !== undefined) ? BLOCK : rows;
    for (let at = 0; at < rows; at += step) starts.push(start + at);
    start += rows;
  }
  return starts;
}

/** The encoded image of a cell: its bytes, or those of a struct. */
function imageOf(cell: unknown, path: string, row: number): Blob {
  const bytes: unknown = typeof cell === 'object' && cell !== null && 'bytes' in cell ? cell.bytes : cell;
  if (bytes instanceof Uint8Array) return new Blob([Uint8Array.from(bytes)]);
  throw new WhittleError(
    'bad-data',
    `"${path}", row ${row}, holds no image: the file only names it or the cell is empty.`,
    'Write the data set with its images embedded.',
  );
}
