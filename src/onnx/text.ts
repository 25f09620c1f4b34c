import { configureTextEncoding } from '@bufbuild/protobuf/wire';

/**
 * Strings of models are bytes: exporters write names in GBK or Latin-1 too, and two that are not UTF-8 must not become one. Bytes that are
 * no UTF-8 are read as lone surrogates U+DC80 to U+DCFF, one a byte, which no UTF-8 decodes to, and are written as the bytes they were.
 */
const FIRST = 0xdc00;
const ESCAPED = /^[\uDC80-\uDCFF]$/;
const LONE = /\p{Surrogate}/u;

const encoder = new TextEncoder();
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Text of any bytes, without loss. */
export function decodeText(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    let text = '';
    let at = 0;
    while (at < bytes.length) {
      const length = sequenceLength(bytes, at);
      text += length === 0 ? String.fromCharCode(FIRST + (bytes[at] ?? 0)) : strict.decode(bytes.subarray(at, at + length));
      at += Math.max(1, length);
    }
    return text;
  }
}

/** The bytes of a text that `decodeText` gave, or of any other as UTF-8. */
export function encodeText(text: string): Uint8Array<ArrayBuffer> {
  if (!LONE.test(text)) return encoder.encode(text);
  const bytes: number[] = [];
  for (const character of text) {
    if (ESCAPED.test(character)) bytes.push(character.charCodeAt(0) - FIRST);
    else bytes.push(...encoder.encode(character));
  }
  return Uint8Array.from(bytes);
}

/** The text as shown to people and kept in recipes and links: bytes that are no UTF-8 read "%B5". */
export function readableText(text: string): string {
  return text.replaceAll(/\p{Surrogate}/gu, (unit) => `%${(unit.charCodeAt(0) & 0xff).toString(16).toUpperCase()}`);
}

/** Whether onnxruntime can be asked for a value by this name: it takes names as C strings in UTF-8. */
export function isPlainName(name: string): boolean {
  return !LONE.test(name) && !name.includes('\0');
}

/** Length of the UTF-8 sequence that starts here; 0 where none does. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  const length = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  if (length === 0 || at + length > bytes.length) return 0;
  try {
    strict.decode(bytes.subarray(at, at + length));
    return length;
  } catch {
    return 0;
  }
}

// The library takes a codec for all its readers and writers, and none for one of them.
configureTextEncoding({
  encodeUtf8: encodeText,
  decodeUtf8: decodeText,
  checkUtf8: () => true,
});
