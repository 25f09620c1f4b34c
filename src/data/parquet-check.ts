import type { FileMetaData, SchemaElement } from 'hyparquet';
import { shown } from '../base/shown';
import type { BlobBytes } from './bytes';
import { damaged, type Chunk, type Leaf } from './parquet-chunk';
import { ThriftReader } from './thrift';

/**
 * A file of images whose rows are more than so many a byte says what it cannot hold: an image alone takes tens of bytes, packed 1 : 1000 at
 * best.
 */
const ROWS_PER_BYTE = 8;
/** Rows of one file; an entry is made for each. */
const MOST_ROWS = 2 ** 24;
const MOST_METADATA = 64 * 2 ** 20;
/** Fields of the metadata. */
const [SCHEMA, ROW_GROUPS] = [2, 4];
/** Levels of the schema. */
const DEEPEST = 32;
/** "PAR1" at the beginning and, after the metadata's length, at the end. */
const [HEAD, FOOT] = [4, 8];

/** Checks that the file's metadata lie in it and are bounded, before a reader allocates by what they say. Throws `bad-data`. */
export async function checkFooter(path: string, bytes: BlobBytes): Promise<void> {
  const foot = await bytes.read(Math.max(0, bytes.size - FOOT), FOOT);
  if (bytes.size < HEAD + FOOT || String.fromCharCode(...foot.subarray(4)) !== 'PAR1')
    throw damaged(path, 'it does not end with Parquet\'s mark "PAR1"');
  const length = new DataView(foot.buffer).getUint32(0, true);
  if (length === 0 || length > bytes.size - HEAD - FOOT) throw damaged(path, `its metadata have ${length} bytes, the file ${bytes.size}`);
  if (length > MOST_METADATA) throw damaged(path, `its metadata have ${length} bytes; at most ${MOST_METADATA} are read`);
  try {
    const fields = new ThriftReader(await bytes.read(bytes.size - FOOT - length, length)).struct();
    if (!Array.isArray(fields.get(SCHEMA)) || !Array.isArray(fields.get(ROW_GROUPS)))
      throw new Error('they name no schema or no row groups');
  } catch (cause) {
    throw damaged(path, `its metadata are damaged: ${cause instanceof Error ? cause.message : String(cause)}`, cause);
  }
}

/**
 * Checks what the metadata say against each other and the file's size: the tree of the schema, rows against those of the row groups and
 * what `size` bytes can hold, and that every column's bytes lie in the file. Returns the chunks of the columns, by row group. Throws
 * `bad-data`.
 */
export function checkMetadata(path: string, metadata: FileMetaData, size: number): readonly (readonly Chunk[])[] {
  const leaves = leavesOf(path, metadata.schema);
  const rows = whole(path, 'its num_rows', metadata.num_rows);
  if (rows > Math.min(MOST_ROWS, size * ROWS_PER_BYTE))
    throw damaged(path, `its num_rows is ${rows}, more than a file of ${size} bytes can hold`);
  const chunks: (readonly Chunk[])[] = [];
  let sum = 0;
  for (const [at, group] of metadata.row_groups.entries()) {
    const held = whole(path, `row group ${at}'s num_rows`, group.num_rows);
    sum += held;
    chunks.push(group.columns.map((column) => chunkOf(path, `row group ${at}`, column, held, leaves, size)));
  }
  if (sum !== rows) throw damaged(path, `its num_rows is ${rows}, but its row groups have ${sum} rows`);
  return chunks;
}

/** The schema's leaves by their paths. The schema is a list, depth first, whose elements say how many children follow. */
function leavesOf(path: string, schema: readonly SchemaElement[]): ReadonlyMap<string, Leaf> {
  const leaves = new Map<string, Leaf>();
  const open: { readonly name: string; readonly repetition: number; readonly definition: number; left: number }[] = [];
  for (const [at, element] of schema.entries()) {
    while (open.at(-1)?.left === 0) open.pop();
    const parent = open.at(-1);
    if (at > 0 && parent === undefined)
      throw damaged(path, `its schema has ${schema.length} elements, of which its num_children reach only ${at}`);
    if (parent) parent.left--;
    const children = whole(path, `"${shownName(element)}"'s num_children`, element.num_children ?? 0);
    const repetition = (parent?.repetition ?? 0) + (element.repetition_type === 'REPEATED' ? 1 : 0);
    const definition = (parent?.definition ?? 0) + (at > 0 && element.repetition_type !== 'REQUIRED' ? 1 : 0);
    if (typeof element.name !== 'string') throw damaged(path, `element ${at} of its schema has no name`);
    const name = at === 0 ? '' : `${parent?.name ?? ''}\0${element.name}`;
    if (children > schema.length - at - 1)
      throw damaged(
        path,
        `the num_children of "${shownName(element)}" is ${children}, but ${schema.length - at - 1} elements of its schema follow`,
      );
    if (children === 0 && at > 0)
      leaves.set(name, { element, repeated: repetition > 0, nested: open.length > 1 || repetition > 0, repetition, definition });
    open.push({ name, repetition, definition, left: children });
    if (open.length > DEEPEST) throw damaged(path, `its schema nests deeper than ${DEEPEST} levels`);
    if (element.type === 'FIXED_LEN_BYTE_ARRAY') whole(path, `"${shownName(element)}"'s type_length`, element.type_length ?? -1, 2 ** 24);
  }
  if (schema.length === 0 || open.some(({ left }) => left > 0))
    throw damaged(path, 'its schema ends before the num_children that it tells');
  return leaves;
}

function shownName({ name }: SchemaElement): string {
  return shown(name).replace(/^"|"$/g, '');
}

type Column = FileMetaData['row_groups'][number]['columns'][number];

function chunkOf(path: string, group: string, column: Column, rows: number, leaves: ReadonlyMap<string, Leaf>, size: number): Chunk {
  const meta = column.meta_data;
  if (meta === undefined) throw damaged(path, `${group} has a column without metadata`);
  if (column.file_path !== undefined && column.file_path !== '') throw damaged(path, `${group} keeps a column in another file`);
  const name = meta.path_in_schema.join('.');
  const leaf = leaves.get(`\0${meta.path_in_schema.join('\0')}`);
  const what = `${group}, column ${shown(name)}`;
  if (!leaf) throw damaged(path, `${what} is none of its schema`);
  if (meta.type !== leaf.element.type)
    throw damaged(path, `${what} is of type ${meta.type}, in its schema of ${leaf.element.type ?? 'none'}`);
  const values = whole(path, `${what}: num_values`, meta.num_values);
  if (!leaf.repeated && values !== rows) throw damaged(path, `${what} has ${values} values for ${rows} rows`);
  if (values > size * ROWS_PER_BYTE) throw damaged(path, `${what} has ${values} values, more than a file of ${size} bytes can hold`);
  const length = whole(path, `${what}: total_compressed_size`, meta.total_compressed_size);
  const data = whole(path, `${what}: data_page_offset`, meta.data_page_offset);
  const start =
    meta.dictionary_page_offset === undefined ? data : whole(path, `${what}: dictionary_page_offset`, meta.dictionary_page_offset);
  if (start > data && rows > 0) throw damaged(path, `${what} has its dictionary behind its values`);
  const from = start === 0 ? data : start;
  // Nothing is read of an empty group, of which Arrow writes offsets that lie nowhere.
  if (rows > 0) checkRange(path, what, from, length, size);
  return { what, leaf, codec: meta.codec, start: from, length, values, index: indexOf(path, what, column, size) };
}

function indexOf(path: string, what: string, column: Column, size: number): Chunk['index'] {
  const { offset_index_offset: at, offset_index_length: held } = column;
  if (at === undefined || Number(at) === 0 || held === undefined || held === 0) return null;
  const range = [whole(path, `${what}: offset_index_offset`, at), whole(path, `${what}: offset_index_length`, held)] as const;
  checkRange(path, `${what}, offset index`, ...range, size);
  return range;
}

function checkRange(path: string, what: string, start: number, length: number, size: number): void {
  if (start < HEAD || start + length > size - FOOT)
    throw damaged(path, `${what} lies at the bytes ${start} to ${start + length}, outside the file's ${size}`);
}

/** A number that is whole, not negative and exact; `what` in words for the message. */
function whole(path: string, what: string, value: unknown, most = Number.MAX_SAFE_INTEGER): number {
  const number = typeof value === 'bigint' ? Number(value) : value;
  if (typeof number === 'number' && Number.isInteger(number) && number >= 0 && number <= most) return number;
  throw damaged(path, `${what} is ${typeof value === 'bigint' ? String(value) : shown(value)}`);
}
