import type { Pixels } from './source';

export type DecodeImage = (blob: Blob) => Promise<Pixels>;

/**
 * Pixels of an image file (PNG, JPEG, WebP, GIF, BMP, AVIF) by the browser's own decoder, at its full size, RGBA. Colour profiles are
 * not applied, as Pillow does not; EXIF turns are, as a person sees the picture. Rejects where the browser cannot decode it.
 */
export async function decodeImage(blob: Blob): Promise<Pixels> {
  const bitmap = await createImageBitmap(blob, { colorSpaceConversion: 'none', premultiplyAlpha: 'none' });
  try {
    const { width, height } = bitmap;
    const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
    if (!context) throw new Error('The browser gives no canvas to read pixels with.');
    context.drawImage(bitmap, 0, 0);
    return { width, height, channels: 4, data: context.getImageData(0, 0, width, height).data };
  } finally {
    bitmap.close();
  }
}
