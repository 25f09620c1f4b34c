import type { Pixels } from '../source';

/** Text of an image of one grey pixel, in a format (PPM) that needs no browser to decode. */
export function ppmText(value: number): string {
  return `P3 1 1 255 ${value} ${value} ${value}`;
}

/** Decodes PPM: "P3 width height 255 values". */
export async function decodePpm(blob: Blob): Promise<Pixels> {
  const [mark, width, height, , ...values] = (await blob.text()).split(/\s+/);
  if (mark !== 'P3') throw new Error('not a PPM');
  return { width: Number(width), height: Number(height), channels: 3, data: Uint8Array.from(values, Number) };
}
