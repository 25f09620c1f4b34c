/** What files may expand to, in one place. Pure: the page and the command line import it. */
import { WhittleError } from '../base/errors';

export interface DataLimits {
  /** Pixels of one picture. */
  readonly maxPixels: number;
  /** Bytes of one packed file once it is unpacked. All files of an archive together may also be a few times the archive's own size. */
  readonly maxUnpacked: number;
  /** Bytes that come of one packed byte, once they are more than a few. */
  readonly maxRatio: number;
}

/** Four copies of a picture of 64 megapixels take 1 GB while it is decoded; deflate packs ordinary samples 1 to 20 times. */
export const DEFAULT_LIMITS: DataLimits = { maxPixels: 64e6, maxUnpacked: 1e9, maxRatio: 200 };

/** Unpacked bytes that no ratio is asked of: they harm nobody, and small files of zeros are packed well. */
const ANY_RATIO = 64e6;
/** Files of a large archive are unpacked one by one and let go: in all they may be as large as its own size lets a person expect. */
const ARCHIVE_RATIO = 4;

/**
 * Throws `bad-data` where `bytes` out of `packed` are too many. `what` begins the sentence: '"a.gz" has unpacked to' more than the limit.
 */
export function checkUnpacked(what: string, packed: number, bytes: number, { maxUnpacked, maxRatio }: DataLimits): void {
  if (bytes > maxUnpacked) throw beyond(`${what} ${megabytes(bytes)}, more than the limit of ${megabytes(maxUnpacked)}`, 'unpacked');
  if (bytes > Math.max(ANY_RATIO, packed * maxRatio)) {
    throw beyond(`${what} ${megabytes(bytes)} out of ${megabytes(packed)}, more than the limit of ${maxRatio} to 1`, 'ratio');
  }
}

/** As `checkUnpacked`, of all that an archive says is packed in it. */
export function checkArchive(path: string, packed: number, bytes: number, limits: DataLimits): void {
  checkUnpacked(`All files in "${path}" would unpack to`, packed, bytes, {
    ...limits,
    maxUnpacked: Math.max(limits.maxUnpacked, packed * ARCHIVE_RATIO),
  });
}

/** Throws `bad-data` where a picture has too many pixels. The message says all: it stands in lists of what was left out. */
export function checkPixels({ width, height }: { readonly width: number; readonly height: number }, { maxPixels }: DataLimits): void {
  const pixels = width * height;
  if (pixels <= maxPixels) return;
  throw beyond(
    `it has ${width} x ${height} pixels, ${megapixels(pixels)} megapixels, ` +
      `more than the limit of ${megapixels(maxPixels)} megapixels (${RAISE} --max-pixels)`,
    'pixels',
  );
}

const RAISE = 'raised under Limits on the Data page, or by';

function beyond(message: string, option: 'pixels' | 'unpacked' | 'ratio'): WhittleError {
  return new WhittleError(
    'bad-data',
    `${message}.`,
    `If the file is meant to be so, the limit is ${RAISE} --max-${option} on the command line.`,
  );
}

/** Plain digits, at least one behind the point where the number is small. */
function rounded(value: number): string {
  return value >= 10 ? String(Math.round(value)) : value.toFixed(2);
}

function megabytes(bytes: number): string {
  return `${rounded(bytes / 1e6)} MB`;
}

function megapixels(pixels: number): string {
  return rounded(pixels / 1e6);
}
