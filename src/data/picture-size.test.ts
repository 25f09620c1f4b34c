import { expect, test } from 'vitest';
import { openDataset } from './open';
import { pictureSize } from './picture-size';
import { cardOf, file } from './testing/files';
import { pngHeader } from './testing/headers';
import { DEFAULT_LIMITS } from './limits';
import { decodePpm, ppmText } from './testing/ppm';

const JOB = { signal: new AbortController().signal, onProgress: () => {} };
const bytes = (...parts: readonly (string | readonly number[])[]): Blob =>
  new Blob(parts.map((part) => (typeof part === 'string' ? part : Uint8Array.from(part))));
/** AVIF's property of a size. */
const box = (width: number, height: number): (string | number[])[] => [
  [0, 0, 0, 20],
  'ispe',
  [0, 0, 0, 0, 0, 0, width >> 8, width & 255, 0, 0, height >> 8, height & 255],
];
const zeros = (count: number): number[] => Array.from({ length: count }, () => 0);

test('the header of every format that a browser decodes tells its size', async () => {
  const exif = [0xff, 0xe1, 0xff, 0xfe, ...zeros(0xfffc)];
  const frame = [0xff, 0xc2, 0, 17, 8, 0x3e, 0x80, 0x27, 0x10, 3];
  const cases: readonly (readonly [string, Blob, readonly [number, number] | null])[] = [
    ['PNG', new Blob([pngHeader(16_000, 9_000)]), [16_000, 9_000]],
    [
      'JPEG, behind 196 kB of metadata and fill bytes',
      bytes([0xff, 0xd8], exif, exif, exif, [0xff, 0xff], [0xff, 0xc4, 0, 4, 0, 0], frame),
      [10_000, 16_000],
    ],
    ['JPEG cut off', bytes([0xff, 0xd8], exif, [0xff, 0xc0, 0, 17, 8]), null],
    ['GIF', bytes('GIF89a', [0x10, 0x27, 0x20, 0x4e, 0, 0, 0]), [10_000, 20_000]],
    [
      'GIF whose first frame is larger than its screen',
      bytes('GIF89a', [1, 0, 1, 0, 0x80, 0, 0], zeros(6), [0x21, 0xf9, 4, 0, 0, 0, 0, 0, 0x2c, 1, 0, 0, 0, 0x10, 0x27, 0x20, 0x4e, 0]),
      [10_001, 20_000],
    ],
    ['WebP, lossy', bytes('RIFF', zeros(4), 'WEBPVP8 ', zeros(4), [0, 0, 0, 0x9d, 1, 0x2a, 0x10, 0x27, 0x20, 0x0e]), [10_000, 3_616]],
    ['WebP, lossless', bytes('RIFF', zeros(4), 'WEBPVP8L', zeros(4), [0x2f, 0x0f, 0x67, 0xe7, 0x03, 0]), [10_000, 3_998]],
    ['WebP, extended', bytes('RIFF', zeros(4), 'WEBPVP8X', zeros(4), zeros(4), [0x7f, 0x3e, 0, 0x0f, 0x27, 0]), [16_000, 10_000]],
    ['BMP from the top', bytes('BM', zeros(12), [40, 0, 0, 0, 0x10, 0x27, 0, 0, 0xf0, 0xd8, 0xff, 0xff]), [10_000, 10_000]],
    ['BMP of OS/2', bytes('BM', zeros(12), [12, 0, 0, 0, 0x10, 0x27, 0x20, 0x4e]), [10_000, 20_000]],
    ['AVIF of tiles', bytes([0, 0, 0, 28], 'ftypavif', zeros(16), ...box(512, 512), ...box(12_000, 8_000)), [12_000, 8_000]],
    ['none', bytes('P3 1 1 255 1 1 1'), null],
    ['empty', bytes(''), null],
  ];
  for (const [what, blob, size] of cases) expect(await pictureSize(blob), what).toEqual(size && { width: size[0], height: size[1] });
});

test('a picture over the limit is left out by its header, and never decoded', async () => {
  let decoded = 0;
  const decode = (blob: Blob): ReturnType<typeof decodePpm> => {
    decoded++;
    return decodePpm(blob);
  };
  const card = cardOf({ format: 'folders', images: undefined, labels: undefined, input: { size: [1, 1] } });
  const huge = { path: 'set/a/huge.png', blob: new Blob([pngHeader(16_000, 16_000)]) };
  const data = await openDataset(card, [huge, file('set/b/1.png', ppmText(3))], JOB, decode);
  expect(data.problems.first).toEqual([
    'a/huge.png: it has 16000 x 16000 pixels, 256 megapixels, more than the limit ' +
      'of 64 megapixels (raised under Limits on the Data page, or by --max-pixels).',
  ]);
  // While it is checked, and for the first look at its size.
  expect([data.length, decoded]).toEqual([1, 2]);
  await expect(openDataset(card, [huge], JOB, decode)).rejects.toMatchObject({
    code: 'bad-data',
    message: expect.stringContaining('a/huge.png: it has 16000 x 16000 pixels'),
  });
  expect(decoded).toBe(2);
  const raised = await openDataset(card, [huge, file('set/b/1.png', ppmText(3))], JOB, decode, undefined, {
    ...DEFAULT_LIMITS,
    maxPixels: 256e6,
  });
  // This decoder takes no PNG: it was asked, though.
  expect([raised.problems.first[0], decoded]).toEqual(['a/huge.png: not an image that this browser can decode (33 bytes)', 5]);
});

test('large pictures are decoded one at a time, small ones together', async () => {
  for (const [side, most] of [
    [4000, 1],
    [100, 4],
  ] as const) {
    let [now, peak] = [0, 0];
    const decode = async (): ReturnType<typeof decodePpm> => {
      peak = Math.max(peak, ++now);
      await new Promise((done) => setImmediate(done));
      now--;
      return { width: 1, height: 1, channels: 3, data: Uint8Array.of(1, 2, 3) };
    };
    const files = Array.from({ length: 8 }, (_, k) => ({ path: `set/${k}.png`, blob: new Blob([pngHeader(side, side)]) }));
    await openDataset(cardOf({ format: 'images+csv', images: undefined, labels: undefined, input: { size: [1, 1] } }), files, JOB, decode);
    expect(peak).toBe(most);
  }
});
