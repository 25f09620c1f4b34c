/** Reads a model out of a file without the data of its large tensors. */
import type { DescMessage } from '@bufbuild/protobuf';
import type { ModelProto } from 'onnx-buf';
import { ModelProtoSchema, TensorProtoSchema } from 'onnx-buf';
import type { StoredBytes } from '../base/stored-bytes';
import { allTensorsOf } from './graph';
import { rawOf, setRaw } from './raw';

/** Tensors from this size on stay in the file; smaller ones are cheaper to hold than to come back for. */
export const STAYS_BYTES = 32 * 1024;
/** What is read at once, and in vain at most at each end of what is left out. */
const PAGE = 16 * 1024;
/** As far as signatures of other formats are looked for, from both ends. */
const ENDS = 64 * 1024;
/** Deeper messages are read whole: readers refuse them. */
const DEPTH = 101;
const RAW_DATA = TensorProtoSchema.field.rawData.number;

/** Where a message has messages that hold tensors, by the numbers of the fields. */
type Way = ReadonlyMap<number, DescMessage>;

/**
 * An array of the file's length that holds the messages of a model, and zeros in the place of large raw data: memory that is never touched
 * is never given by the system. What reads models reads it as it would the whole file, to the same errors.
 */
export function hollowOf(stored: StoredBytes): Uint8Array<ArrayBuffer> {
  const pages = new Pages(stored);
  pages.need(0, ENDS);
  pages.need(stored.length - ENDS, stored.length);
  follow(pages, ModelProtoSchema, 0, stored.length, 0);
  return pages.held;
}

/** Gives the large tensors of a model that was decoded from a hollow array their data: stretches of the file. */
export function fillFrom(stored: StoredBytes, proto: ModelProto): void {
  for (const tensor of allTensorsOf(proto)) {
    const raw = rawOf(tensor);
    if (raw instanceof Uint8Array && raw.length >= STAYS_BYTES)
      setRaw(tensor, stored.subarray(raw.byteOffset, raw.byteOffset + raw.length));
  }
}

/** A file of which parts are read. */
class Pages {
  readonly held: Uint8Array<ArrayBuffer>;
  private readonly stored: StoredBytes;
  private readonly here: Uint8Array;

  constructor(stored: StoredBytes) {
    this.stored = stored;
    this.held = new Uint8Array(stored.length);
    this.here = new Uint8Array(Math.ceil(stored.length / PAGE));
  }

  /** Reads what is not there yet of these bytes. Limits beyond the file are its ends. */
  need(from: number, to: number): void {
    const last = Math.ceil(Math.min(to, this.held.length) / PAGE);
    for (let page = Math.floor(Math.max(0, from) / PAGE); page < last; page++) {
      if (this.here[page]) continue;
      const first = page;
      while (page < last && !this.here[page]) this.here[page++] = 1;
      const part = this.held.subarray(first * PAGE, page * PAGE);
      this.stored.subarray(first * PAGE, first * PAGE + part.length).readInto(part);
    }
  }

  /** The base-128 number here and where it ends; its value is NaN where it does not end before `limit`. */
  varint(at: number, limit: number): { readonly value: number; readonly end: number } {
    this.need(at, Math.min(at + 10, limit));
    let value = 0;
    for (let end = at, factor = 1; end < Math.min(at + 10, limit); factor *= 128) {
      const byte = this.held[end++] ?? 0;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return { value, end };
    }
    return { value: Number.NaN, end: limit };
  }
}

/**
 * Reads a message but for large raw data in it. What is no well-formed message is read whole, to be refused by whom it concerns; of the
 * file itself nothing more is read then, since what breaks off at its outermost fields is no model.
 */
function follow(pages: Pages, desc: DescMessage, from: number, to: number, depth: number): void {
  const way = wayOf(desc);
  const whole = (): void => (depth === 0 ? undefined : pages.need(from, to));
  if (depth > DEPTH) return whole();
  for (let at = from; at < to;) {
    const tag = pages.varint(at, to);
    const [field, type] = [Math.floor(tag.value / 8), tag.value % 8];
    if (type === 0) {
      const { value, end } = pages.varint(tag.end, to);
      if (Number.isNaN(value)) return whole();
      at = end;
      continue;
    }
    const { value: length, end: start } = type === 2 ? pages.varint(tag.end, to) : { value: FIXED.get(type) ?? Number.NaN, end: tag.end };
    const end = start + length;
    if (!(end <= to)) return whole();
    const inner = type === 2 ? way.get(field) : undefined;
    if (inner) follow(pages, inner, start, end, depth + 1);
    else if (desc !== TensorProtoSchema || field !== RAW_DATA || type !== 2 || length < STAYS_BYTES) pages.need(start, end);
    at = end;
  }
}

/** Bytes of the wire types of fixed length. */
const FIXED: ReadonlyMap<number, number> = new Map([
  [1, 8],
  [5, 4],
]);

const ways = new Map<DescMessage, Way>();

function wayOf(desc: DescMessage): Way {
  const known = ways.get(desc);
  if (known) return known;
  const way = new Map(
    desc.fields.flatMap(({ number, message }) => (message && leadsToTensors(message, new Set()) ? [[number, message] as const] : [])),
  );
  ways.set(desc, way);
  return way;
}

function leadsToTensors(desc: DescMessage, seen: Set<DescMessage>): boolean {
  if (desc === TensorProtoSchema) return true;
  if (seen.has(desc)) return false;
  seen.add(desc);
  return desc.fields.some(({ message }) => message !== undefined && leadsToTensors(message, seen));
}
