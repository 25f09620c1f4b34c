import { Semaphore } from '../base/semaphore';
import { checkPixels, type DataLimits } from './limits';
import { pictureSize } from './picture-size';
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

/** Pixels that are decoded at once: larger pictures wait for each other, since each takes 12 to 16 bytes a pixel meanwhile. */
const decoding = new Semaphore(8e6);
/** What a picture is taken for whose header is not known: four together. */
const UNKNOWN_PIXELS = 2e6;

/**
 * As `decode`, refusing with `bad-data` a picture whose header says that it has more pixels than the limits allow, before anything is
 * decoded.
 */
export function decodeWithin(limits: DataLimits, decode: DecodeImage): DecodeImage {
  return async (blob) => {
    const size = await pictureSize(blob);
    if (size !== null) checkPixels(size, limits);
    return decoding.run(size === null ? UNKNOWN_PIXELS : size.width * size.height, () => decode(blob));
  };
}
