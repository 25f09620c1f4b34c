import { expect, test } from 'vitest';
import { BlobBytes } from './bytes';

/** A blob that counts the bytes that are read of it. */
class CountedBlob extends Blob {
  read = 0;

  override slice(start = 0, end = this.size): Blob {
    this.read += end - start;
    return super.slice(start, end);
  }
}

test('reads across windows, past the end, and each neighbourhood once', async () => {
  const content = Uint8Array.from({ length: 200_000 }, (_, k) => k % 251);
  const blob = new CountedBlob([content]);
  const bytes = new BlobBytes(blob);
  for (let at = 0; at < 200_000; at += 784) expect(await bytes.read(at, 784)).toEqual(content.slice(at, at + 784));
  expect(blob.read).toBe(200_000);
  expect((await bytes.read(199_999, 10)).length).toBe(1);
  expect((await bytes.read(300_000, 10)).length).toBe(0);
  expect(await bytes.read(10, 150_000)).toEqual(content.slice(10, 150_010));
});

test('keeps 4 MiB at most: of a larger file the part unused for longest is read again', async () => {
  const blob = new CountedBlob([new Uint8Array(2 ** 23)]);
  const bytes = new BlobBytes(blob);
  for (let at = 0; at < 2 ** 23; at += 2 ** 16) await bytes.read(at, 1);
  expect(blob.read).toBe(2 ** 23);
  await bytes.read(2 ** 23 - 2 ** 22, 1);
  expect(blob.read).toBe(2 ** 23);
  await bytes.read(0, 1);
  expect(blob.read).toBe(2 ** 23 + 2 ** 16);
});
