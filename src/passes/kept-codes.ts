import type { Grid } from '../base/grids';
import { packPlane } from '../onnx/encode/planes';

/**
 * Codes of a grid or a codebook in main memory: 2 or 4 bits each where its codes fit, so that a streamed model takes little beside its
 * file.
 */
export interface KeptCodes {
  readonly length: number;
  readonly width: 2 | 4 | 8;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** @param codes One byte each, as `gridCodes` and `assignCodes` give them; kept as they are where they need more than 4 bits. */
export function keepCodes(codes: Uint8Array<ArrayBuffer>, { bits, qMin }: Pick<Grid, 'bits' | 'qMin'>): KeptCodes {
  const { length } = codes;
  const width = bits <= 2 ? 2 : bits <= 4 ? 4 : 8;
  if (width === 8) return { length, width, bytes: codes };
  const perByte = 8 / width;
  return { length, width, bytes: packPlane(codes, { width, shift: 0 }, Math.ceil(length / perByte) * perByte, qMin) };
}

/** The codes as they were given. */
export function restoreCodes({ length, width, bytes }: KeptCodes, { qMin }: Pick<Grid, 'qMin'>): Uint8Array<ArrayBuffer> {
  if (width === 8) return bytes;
  const codes = new Uint8Array(length);
  const mask = (1 << width) - 1;
  const perByte = 8 / width;
  for (let at = 0, byte = 0; at < length; byte++) {
    const packed = bytes[byte] ?? 0;
    // Bytes wrap: adding a negative lowest code gives its two's complement.
    for (let place = 0; place < perByte && at < length; place++, at++) codes[at] = ((packed >>> (place * width)) & mask) + qMin;
  }
  return codes;
}
