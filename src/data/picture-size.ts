/** Width and height of encoded pictures, read from their headers alone. */
import { BlobBytes } from './bytes';

export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** Every header but a JPEG's lies within its first bytes; those of AVIF are tables of some hundred bytes. */
const HEAD = 4096;
/** Segments of a JPEG that are looked through for its frame: metadata take some tens. */
const MOST_SEGMENTS = 1000;

/** The pixels that a PNG, JPEG, GIF, WebP, BMP or AVIF says it has; null where it is none of them or its header is broken. */
export async function pictureSize(blob: Blob): Promise<PictureSize | null> {
  const bytes = new BlobBytes(blob);
  const head = await bytes.read(0, HEAD);
  if (head[0] === 0xff && head[1] === 0xd8) return jpegSize(bytes);
  const view = new DataView(head.buffer);
  const text = (at: number, length: number): string => String.fromCharCode(...head.subarray(at, at + length));
  try {
    if (text(1, 3) === 'PNG') return { width: view.getUint32(16), height: view.getUint32(20) };
    if (text(0, 3) === 'GIF') return gifSize(view);
    if (text(0, 4) === 'RIFF' && text(8, 4) === 'WEBP') return webpSize(view, text(12, 4));
    if (text(0, 2) === 'BM') return bmpSize(view);
    if (text(4, 4) === 'ftyp') return avifSize(view);
    return null;
  } catch (cause) {
    // The header ends before its sizes.
    if (cause instanceof RangeError) return null;
    throw cause;
  }
}

/** The frame header (SOF), behind segments that say how long they are. */
async function jpegSize(bytes: BlobBytes): Promise<PictureSize | null> {
  let at = 2;
  for (let segment = 0; segment < MOST_SEGMENTS; segment++) {
    const head = await bytes.read(at, 9);
    const [mark, kind = 0] = head;
    if (mark !== 0xff || head.length < 4) return null;
    const view = new DataView(head.buffer);
    // Fill bytes, then marks without a length.
    if (kind === 0xff) at += 1;
    else if (kind === 0x01 || (kind >= 0xd0 && kind <= 0xd8)) at += 2;
    else if (kind >= 0xc0 && kind <= 0xcf && kind !== 0xc4 && kind !== 0xc8 && kind !== 0xcc)
      return head.length < 9 ? null : { width: view.getUint16(7), height: view.getUint16(5) };
    else if (kind === 0xd9 || kind === 0xda) return null;
    else at += 2 + view.getUint16(2);
  }
  return null;
}

/** The screen, or the first frame where that is larger: browsers grow the screen for it. */
function gifSize(view: DataView): PictureSize {
  const [width, height] = [view.getUint16(6, true), view.getUint16(8, true)];
  const flags = view.getUint8(10);
  let at = 13 + ((flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1));
  // Extensions: blocks that say how long they are, the last of length 0.
  while (at < view.byteLength && view.getUint8(at) === 0x21) {
    at += 2;
    while (at < view.byteLength && view.getUint8(at) !== 0) at += 1 + view.getUint8(at);
    at += 1;
  }
  if (at + 9 > view.byteLength || view.getUint8(at) !== 0x2c) return { width, height };
  const [left, top] = [view.getUint16(at + 1, true), view.getUint16(at + 3, true)];
  return { width: Math.max(width, left + view.getUint16(at + 5, true)), height: Math.max(height, top + view.getUint16(at + 7, true)) };
}

function webpSize(view: DataView, kind: string): PictureSize | null {
  if (kind === 'VP8 ') return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
  if (kind === 'VP8L') {
    const bits = view.getUint32(21, true);
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
  }
  if (kind !== 'VP8X') return null;
  return { width: (view.getUint32(24, true) & 0xffffff) + 1, height: (view.getUint32(26, true) >>> 8) + 1 };
}

/** OS/2's old header has 16 bits a side. A height below 0 is that of rows from the top. */
function bmpSize(view: DataView): PictureSize {
  if (view.getUint32(14, true) === 12) return { width: view.getUint16(18, true), height: view.getUint16(20, true) };
  return { width: Math.abs(view.getInt32(18, true)), height: Math.abs(view.getInt32(22, true)) };
}

/** The largest of the sizes ("ispe") among its properties: that of the whole picture, which tiles and thumbnails have beside it. */
function avifSize(view: DataView): PictureSize | null {
  let best: PictureSize | null = null;
  for (let at = 4; at + 16 <= view.byteLength; at++) {
    if (view.getUint32(at) !== 0x69737065) continue;
    const size = { width: view.getUint32(at + 8), height: view.getUint32(at + 12) };
    if (best === null || size.width * size.height > best.width * best.height) best = size;
  }
  return best;
}
