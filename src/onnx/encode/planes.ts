/** Bit planes whose widths divide a byte: a code of b bits is split over them, high bits first. */
const WIDTHS: Readonly<Record<number, readonly number[]>> = { 1: [1], 2: [2], 3: [2, 1], 4: [4], 5: [4, 1], 6: [4, 2], 7: [4, 2, 1] };

export interface Plane {
  /** Bits a code has in this plane: 1, 2 or 4. */
  readonly width: number;
  /** Place of the plane's lowest bit in the code. */
  readonly shift: number;
  /** What the plane's lowest value stands for: the grid's lowest code in the first plane, 0 in others. */
  readonly offset: number;
}

/** @param bits 1..7. @param lowest The grid's lowest code, folded into the first plane. */
export function planesOf(bits: number, lowest: number): Plane[] {
  const widths = WIDTHS[bits];
  if (!widths) throw new RangeError(`No planes for ${bits} bits`);
  let shift = bits;
  return widths.map((width, at) => {
    shift -= width;
    return { width, shift, offset: at === 0 ? lowest : 0 };
  });
}

/** 8, 4, 2 or 1: widths of planes divide a byte. */
export function codesPerByte(plane: Plane): number {
  return 8 / plane.width;
}

/**
 * One plane of the codes, packed low bits first; the last byte is filled up with zeros to `padded` codes.
 * @param lowest Where codes are counted from: the grid's lowest, for two's complement codes that are to start at 0.
 */
export function packPlane(
  codes: Uint8Array,
  { width, shift }: Pick<Plane, 'width' | 'shift'>,
  padded: number,
  lowest = 0,
): Uint8Array<ArrayBuffer> {
  const perByte = 8 / width;
  const mask = (1 << width) - 1;
  const packed = new Uint8Array(padded / perByte);
  for (let byte = 0, at = 0; byte < packed.length; byte++) {
    let bits = 0;
    for (let place = 0; place < 8; place += width, at++) bits |= (((((codes[at] ?? lowest) - lowest) & 0xff) >>> shift) & mask) << place;
    packed[byte] = bits;
  }
  return packed;
}

/** What each byte of a plane stands for: [256, codesPerByte] values within -128..127. */
export function planeTable(plane: Plane): Int8Array<ArrayBuffer> {
  const perByte = codesPerByte(plane);
  const mask = (1 << plane.width) - 1;
  return Int8Array.from({ length: 256 * perByte }, (_, at) => {
    const bits = (Math.floor(at / perByte) >>> ((at % perByte) * plane.width)) & mask;
    return (bits << plane.shift) + plane.offset;
  });
}
