import { WhittleError } from '../../base/errors';
import type { DecodeImage } from '../../data/decode';

/**
 * Pixels of an image file by libvips, as the browser gives them: colour profiles are not applied, EXIF turns are. sharp is an optional part
 * of the install: without it `not-installed`, with the command that brings it. Rejects where libvips cannot decode the file.
 */
export const decodeBySharp: DecodeImage = async (blob) => {
  const { default: sharp } = await import('sharp').catch((cause: unknown) => {
    throw new WhittleError('not-installed', 'Pictures are read by sharp, which is not installed.', 'Run: npm install sharp', { cause });
  });
  // Sizes were held against the limits before.
  const picture = sharp(new Uint8Array(await blob.arrayBuffer()), { ignoreIcc: true, limitInputPixels: false });
  const { data, info } = await picture.autoOrient().toColourspace('srgb').ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, channels: 4, data };
};
