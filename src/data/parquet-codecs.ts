import type { Compressors } from 'hyparquet';

/** Bytes that a page may have unpacked, and how often those it has packed. */
const MOST_PAGE = 2 ** 30;
const MOST_RATIO = 100_000;

type Unpack = NonNullable<Compressors['SNAPPY']>;

/** Throws where a page says that it has more bytes unpacked than a page can have. */
export function checkPageSize(unpackedSize: number, packed: number): void {
  if (unpackedSize > MOST_PAGE || unpackedSize > packed * MOST_RATIO)
    throw new Error(`a page of ${packed} bytes says that it has ${unpackedSize} unpacked`);
}

/** Decompressors that check what a damaged page may ask of them before they run: how much they write, and that they come to an end. */
export function guarded(snappy: (input: Uint8Array, output: Uint8Array) => void, others: Compressors): Compressors {
  const checked: Compressors = { SNAPPY: sized(unpackSnappy) };
  for (const [codec, unpack] of Object.entries(others)) if (codec !== 'SNAPPY') Object.assign(checked, { [codec]: sized(unpack) });
  const { LZ4: framed, LZ4_RAW: raw, ZSTD: zstd } = others;
  if (framed && raw) checked.LZ4 = sized((input, size) => (isHadoop(input) ? framed : raw)(input, size));
  if (zstd) {
    checked.ZSTD = sized((input, size) => {
      checkZstd(input, size);
      return zstd(input, size);
    });
  }
  return checked;

  function unpackSnappy(input: Uint8Array, size: number): Uint8Array {
    checkSnappy(input, size);
    const output = new Uint8Array(size);
    snappy(input, output);
    return output;
  }
}

function sized(unpack: Unpack): Unpack {
  return (input, size) => {
    checkPageSize(size, input.length);
    return unpack(input, size);
  };
}

/**
 * Goes through the elements of Snappy's format without copying: lengths that are too great, as well as such that a reader takes for
 * negative, end here.
 */
function checkSnappy(input: Uint8Array, size: number): void {
  let at = 0;
  while ((input[at++] ?? 0) >= 128);
  let written = 0;
  while (at < input.length && written <= size) {
    const tag = input[at++] ?? 0;
    const kind = tag & 3;
    if (kind === 0) {
      const extra = Math.max(0, (tag >> 2) - 59);
      const length = 1 + (extra === 0 ? tag >> 2 : little(input, at, extra));
      at += extra + length;
      written += length;
    } else {
      at += kind === 3 ? 4 : kind;
      written += kind === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
    }
  }
  if (at !== input.length || written !== size) throw new Error('a page is damaged: its Snappy lengths do not add up');
}

/** An unsigned little-endian number of some bytes. */
function little(bytes: Uint8Array, at: number, count: number): number {
  let value = 0;
  for (let k = count - 1; k >= 0; k--) value = value * 256 + (bytes[at + k] ?? 0);
  return value;
}

/** Whether the page is made of Hadoop's blocks (big-endian lengths unpacked and packed before each), and not LZ4 alone. */
function isHadoop(input: Uint8Array): boolean {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  let at = 0;
  while (at < input.length - 8) {
    const [wanted, packed] = [view.getInt32(at), view.getInt32(at + 4)];
    if (wanted < 0 || packed <= 0) return false;
    at += 8 + packed;
  }
  return at === input.length;
}

/** Zstandard's frame says how much memory its reader shall take (RFC 8878, 3.1.1.1). */
function checkZstd(input: Uint8Array, size: number): void {
  const descriptor = input[4] ?? 0;
  const window = input[5] ?? 0;
  const single = (descriptor & 32) !== 0;
  const asked = single ? 0 : 2 ** (10 + (window >> 3)) * (1 + (window & 7) / 8);
  const flag = descriptor >> 6;
  const bytes = flag === 0 ? (single ? 1 : 0) : 2 ** flag;
  const content = little(input, 5 + (single ? 0 : 1) + ([0, 1, 2, 4][descriptor & 3] ?? 0), bytes) + (flag === 1 ? 256 : 0);
  if (content > size || asked > MOST_WINDOW) throw new Error('a page is damaged: its Zstandard frame is larger than the page');
}

/** The window that zstd's highest level takes. */
const MOST_WINDOW = 2 ** 28;
