import { gzipSync } from 'fflate';
import { expect, test } from 'vitest';
import { headOf, unpacked } from './bytes';
import { openDataset } from './open';
import { cardOf, dataFile, file, gzipped, idx } from './testing/files';
import { pattern } from './testing/pattern';

const DIGITS = idx([3, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);

const joined = (...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.concat(parts));

const member = (bytes: Uint8Array, filename?: string): Uint8Array => gzipSync(bytes, filename === undefined ? {} : { filename });

async function read(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  return new Uint8Array(await (await unpacked(dataFile('a.gz', bytes))).arrayBuffer());
}

test('members one after another are one file: an IDX in three is the one in one', async () => {
  const [a, b, c] = [DIGITS.slice(0, 5), DIGITS.slice(5, 17), DIGITS.slice(17)];
  for (const packed of [
    await gzipped(DIGITS),
    joined(member(a), member(b, 'digits'), member(c)),
    joined(member(DIGITS), member(new Uint8Array())),
  ]) {
    const data = await openDataset(cardOf({ images: 'images.gz' }), [file('set/images.gz', packed)]);
    const values = new Float32Array(4);
    await data.read(2, values, 0);
    expect([data.length, [...values]]).toEqual([3, [9, 10, 11, 12]]);
  }
});

test('members whose borders and headers lie anywhere, over the steps in which they are read', async () => {
  const noise = Uint8Array.from(pattern(40_000), (byte, k) => byte ^ ((k * 2654435761) >>> 24));
  for (const cut of [0, 1, 16_300, 16_350, 16_384]) {
    const packed = joined(member(noise.slice(0, cut), 'x'.repeat(cut % 97)), member(noise.slice(cut), 'n'.repeat(20_000)), member(noise));
    expect(Buffer.compare(await read(packed), joined(noise, noise)), String(cut)).toBe(0);
  }
});

test('what is behind the last member is passed over, wherever a step ends; a member cut off in its header is damage', async () => {
  const noise = pattern(16_384 - 23);
  for (let length = noise.length - 40; length <= noise.length; length++) {
    const content = noise.slice(0, length);
    const packed = gzipSync(content, { level: 0 });
    for (const behind of [[0], [0, 0, 0, 0, 0, 0], [1, 2, 3], [...new TextEncoder().encode('no member')]])
      expect(Buffer.compare(await read(joined(packed, Uint8Array.from(behind))), content)).toBe(0);
    for (const cut of [1, 2, 3, 5, 9]) await expect(read(joined(packed, packed.slice(0, cut)))).rejects.toThrow('in its member 2');
  }
});

test("damage in any byte that counts, and every cut, are told with the file's name and the member", async () => {
  const text = new TextEncoder().encode(Array.from({ length: 60 }, (_, k) => `row ${k * k}`).join());
  const [first, second] = [member(pattern(300)), member(text)];
  for (let at = 0; at < second.length; at++) {
    const outcome = await read(
      joined(
        first,
        Uint8Array.from(second, (byte, k) => (k === at ? byte ^ 0x10 : byte)),
      ),
    ).catch((error: unknown) => error);
    // The header's time, system and hint at the speed say nothing of the content.
    if (at >= 4 && at < 10) expect(outcome).toEqual(joined(pattern(300), text));
    else
      expect(outcome, `byte ${at}`).toMatchObject({
        code: 'bad-data',
        message: '"a.gz" is a gzip file that cannot be unpacked: it is damaged or cut off in its member 2.',
      });
  }
  for (let length = first.length + 1; length < first.length + second.length; length++) {
    await expect(read(joined(first, second).slice(0, length)), `cut at ${length}`).rejects.toThrow('in its member 2');
  }
  const early = Uint8Array.from(first, (byte, k) => (k === first.length - 6 ? byte ^ 1 : byte));
  await expect(read(joined(early, second))).rejects.toThrow('in its member 1');
  await expect(read(Uint8Array.from(first.slice(0, 40)))).rejects.toThrow('it is damaged or cut off.');
});

test('a file that expands stops at its limits, told with what it has come to', async () => {
  const packed = gzipSync(new Uint8Array(10_000_000));
  const bomb = { ...dataFile('set/zeros.gz', Uint8Array.from(packed)), limits: { maxPixels: 1, maxUnpacked: 1_000_000, maxRatio: 1e9 } };
  await expect(unpacked(bomb)).rejects.toMatchObject({
    code: 'bad-data',
    message: expect.stringMatching(/^"set\/zeros\.gz" unpacks to at least \d+(\.\d+)? MB, more than the limit of 1\.00 MB\.$/),
    remedy: expect.stringContaining('--max-unpacked'),
  });
  expect((await unpacked({ ...bomb, limits: { ...bomb.limits, maxUnpacked: 10_000_000 } })).size).toBe(10_000_000);
  // Its last bytes say that it is small, or, behind the last member, that it is large: neither is believed.
  const small = member(pattern(3));
  await expect(unpacked({ ...dataFile('a.gz', joined(packed, small)), limits: bomb.limits })).rejects.toThrow(
    'more than the limit of 1.00 MB',
  );
  expect((await unpacked({ ...dataFile('a.gz', joined(small, Uint8Array.of(0, 255, 255, 255))), limits: bomb.limits })).size).toBe(3);
});

test('the first bytes are read without unpacking the rest', async () => {
  const packed = joined(gzipSync(pattern(70_000)), Uint8Array.of(0x1f, 0x8b, 8));
  expect(await headOf(dataFile('a.gz', packed), 8)).toEqual(pattern(8));
  expect(await headOf(dataFile('a', pattern(4)), 8)).toEqual(pattern(4));
});
