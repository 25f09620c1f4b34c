import type { Compressors } from 'hyparquet';
import type { BlobBytes } from './bytes';
import { damaged, type Chunk } from './parquet-chunk';
import { checkPageSize } from './parquet-codecs';
import { countInRuns } from './parquet-runs';
import { ThriftError, ThriftReader, type Struct, type Value } from './thrift';

interface Page {
  readonly type: number;
  readonly header: Struct;
  /** Where its header begins, and its body. */
  readonly at: number;
  readonly body: number;
  readonly packed: number;
  readonly unpacked: number;
  readonly values: number;
  /** Of the values before it in its chunk: rows, where a row has one value. */
  readonly first: number;
}

const [DATA, DICTIONARY, DATA_V2] = [0, 2, 3];
const [PLAIN_DICTIONARY, RLE, DELTA, DELTA_BYTES, RLE_DICTIONARY, SPLIT] = [2, 3, 5, 7, 8, 9];
/** Read first of a page's header; statistics may make it longer. */
const HEADER = 2 ** 12;
const MOST_BLOCKS = 2 ** 16;

/** The pages of a chunk, checked before a reader that trusts them allocates by what they say. */
export class CheckedPages {
  private walked: Promise<readonly Page[]> | null = null;
  private readonly checked = new Set<Page>();
  private readonly path: string;
  private readonly bytes: BlobBytes;
  private readonly chunk: Chunk;
  private readonly compressors: Compressors;

  constructor(path: string, bytes: BlobBytes, chunk: Chunk, compressors: Compressors) {
    [this.path, this.bytes, this.chunk, this.compressors] = [path, bytes, chunk, compressors];
  }

  /** Checks the pages that hold the rows `from` to before `to` of the row group; each once. Throws `bad-data`. */
  async check(from: number, to: number): Promise<void> {
    try {
      this.walked ??= this.walk();
      for (const page of await this.walked) {
        const outside = !this.chunk.leaf.repeated && (page.first >= to || page.first + page.values <= from);
        if (page.type === DICTIONARY || outside || this.checked.has(page)) continue;
        await this.checkBody(page);
        this.checked.add(page);
      }
    } catch (cause) {
      throw damaged(this.path, `${this.chunk.what}: ${cause instanceof Error ? cause.message : String(cause)}`, cause);
    }
  }

  private async walk(): Promise<readonly Page[]> {
    const { start, length, values, index } = this.chunk;
    const pages: Page[] = [];
    let seen = 0;
    for (let at = start; at < start + length - 1 && (seen < values || this.chunk.leaf.nested);) {
      const page = await this.pageAt(at, start + length, seen);
      pages.push(page);
      if (page.type !== DICTIONARY) seen += page.values;
      at = page.body + page.packed;
    }
    if (seen !== values) throw new Error(`its pages have ${seen} values of ${values}`);
    if (index) this.checkIndex(new ThriftReader(await this.bytes.read(...index)).struct(), pages);
    return pages;
  }

  private async pageAt(at: number, end: number, first: number): Promise<Page> {
    const [header, length] = await this.headerAt(at, end);
    const type = count(header.get(1), 'type');
    const [unpacked, packed] = [count(header.get(2), 'uncompressed_page_size'), count(header.get(3), 'compressed_page_size')];
    const body = at + length;
    if (packed > end - body) throw new Error(`a page of ${packed} bytes lies outside its column`);
    checkPageSize(unpacked, packed);
    const field = type === DATA ? 5 : type === DICTIONARY ? 7 : type === DATA_V2 ? 8 : null;
    if (field === null) throw new Error(`it has a page of the type ${type}`);
    const values = count(structOf(header.get(field)).get(1), 'num_values');
    const most = type === DICTIONARY ? unpacked : this.chunk.values - first;
    if (values > most) throw new Error(`a page says that it has ${values} values; there can be ${most}`);
    return { type, header: structOf(header.get(field)), at, body, packed, unpacked, values, first };
  }

  private async headerAt(at: number, end: number): Promise<readonly [Struct, number]> {
    for (let length = HEADER; ; length *= 16) {
      const reader = new ThriftReader(await this.bytes.read(at, Math.min(length, end - at)));
      try {
        return [reader.struct(), reader.at];
      } catch (cause) {
        if (!(cause instanceof ThriftError) || !cause.short || at + length >= end) throw cause;
      }
    }
  }

  /** The index must name pages that there are. */
  private checkIndex(index: Struct, pages: readonly Page[]): void {
    const list = index.get(1);
    const data = pages.filter(({ type }) => type !== DICTIONARY);
    if (!Array.isArray(list) || list.length !== data.length) throw new Error('the index of its pages is damaged');
    for (const [k, page] of data.entries()) {
      const at = structOf(list[k]);
      const wrong =
        at.get(1) !== page.at || at.get(2) !== page.body + page.packed - page.at || (!this.chunk.leaf.repeated && at.get(3) !== page.first);
      if (wrong) throw new Error(`the index of its pages names a page ${k} that there is not`);
    }
  }

  private async checkBody(page: Page): Promise<void> {
    const { leaf, codec } = this.chunk;
    const raw = await this.bytes.read(page.body, page.packed);
    const unpack = (packed: Uint8Array, size: number): Uint8Array =>
      codec === 'UNCOMPRESSED' ? packed : (Reflect.get(this.compressors, codec)?.(packed, size) ?? packed);
    const [repetition, definition] = [bits(leaf.repetition), bits(leaf.definition)];
    if (page.type === DATA) {
      const bytes = unpack(raw, page.unpacked);
      let at = 0;
      const levels = (width: number, wanted: number): number => {
        const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true);
        const found = countInRuns(bytes, at + 4, width, page.values, wanted);
        at += 4 + length;
        return found;
      };
      if (repetition > 0) levels(repetition, -1);
      const present = definition > 0 ? levels(definition, leaf.definition) : page.values;
      return this.checkValues(bytes.subarray(at), count(page.header.get(2), 'encoding'), present);
    }
    const [repeats, defines] = [
      count(page.header.get(6), 'repetition_levels_byte_length'),
      count(page.header.get(5), 'definition_levels_byte_length'),
    ];
    const nulls = count(page.header.get(2), 'num_nulls');
    if (repeats + defines > Math.min(page.packed, page.unpacked) || nulls > page.values)
      throw new Error("a page's levels or nulls are more than it has");
    if (repetition > 0) countInRuns(raw, 0, repetition, page.values, -1);
    if (definition > 0) countInRuns(raw, repeats, definition, page.values, -1);
    const rest = raw.subarray(repeats + defines);
    const bytes = page.header.get(7) === false ? rest : unpack(rest, page.unpacked - repeats - defines);
    return this.checkValues(bytes, count(page.header.get(4), 'encoding'), page.values - nulls);
  }

  private checkValues(bytes: Uint8Array, encoding: number, values: number): void {
    const { type, type_length: length = 0 } = this.chunk.leaf.element;
    if (encoding === RLE_DICTIONARY || encoding === PLAIN_DICTIONARY) countInRuns(bytes, 1, bytes[0] ?? 0, values, -1);
    else if (encoding === RLE) countInRuns(bytes, 0, 1, values, -1);
    else if (encoding === DELTA) checkBlocks(bytes);
    else if (encoding === SPLIT && values * Math.max(4, length) > bytes.length)
      throw new Error(`a page has no room for its ${values} values of ${type ?? 'no type'}`);
    // Each value says how much it takes of the one before: nothing that is bounded by the page's size.
    else if (encoding === DELTA_BYTES) throw new Error('its values are written by their differences (DELTA_BYTE_ARRAY), which is not read');
  }
}

/** Delta blocks say into how many parts they fall. */
function checkBlocks(bytes: Uint8Array): void {
  const reader = new ThriftReader(bytes);
  reader.varint();
  const parts = reader.varint();
  if (parts === 0 || parts > MOST_BLOCKS) throw new Error(`a page is damaged: its blocks have ${parts} parts`);
}

function bits(most: number): number {
  return 32 - Math.clz32(most);
}

function structOf(value: Value | undefined): Struct {
  if (value instanceof Map) return value;
  throw new Error("a page's header is damaged");
}

function count(value: Value | undefined, what: string): number {
  if (typeof value === 'number' && value >= 0 && value < 2 ** 31) return value;
  throw new Error(`a page's ${what} is ${typeof value === 'number' ? value : 'missing'}`);
}
