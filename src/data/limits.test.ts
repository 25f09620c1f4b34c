import { expect, test } from 'vitest';
import { checkArchive, checkUnpacked, DEFAULT_LIMITS } from './limits';

const told = (check: () => void): unknown => {
  try {
    check();
    return null;
  } catch (error) {
    return error;
  }
};

test('bytes in all, and bytes for one packed once they are many', () => {
  expect(told(() => checkUnpacked('"a" unpacks to', 1e9, 1e9, DEFAULT_LIMITS))).toBeNull();
  expect(told(() => checkUnpacked('"a" unpacks to', 1e9, 1e9 + 1, DEFAULT_LIMITS))).toMatchObject({
    code: 'bad-data',
    message: '"a" unpacks to 1000 MB, more than the limit of 1000 MB.',
    remedy: expect.stringContaining('--max-unpacked'),
  });
  expect(told(() => checkUnpacked('"a" unpacks to', 62_000, 64e6, DEFAULT_LIMITS))).toBeNull();
  expect(told(() => checkUnpacked('"a" unpacks to', 62_000, 65e6, DEFAULT_LIMITS))).toMatchObject({
    message: '"a" unpacks to 65 MB out of 0.06 MB, more than the limit of 200 to 1.',
    remedy: expect.stringContaining('--max-ratio'),
  });
  expect(told(() => checkUnpacked('"a" unpacks to', 62_000, 65e6, { ...DEFAULT_LIMITS, maxRatio: 1100 }))).toBeNull();
});

test('a large archive of pictures passes, one that expands does not', () => {
  expect(told(() => checkArchive('photos.zip', 6e9, 6.1e9, DEFAULT_LIMITS))).toBeNull();
  expect(told(() => checkArchive('a.zip', 1e8, 9e8, DEFAULT_LIMITS))).toBeNull();
  expect(told(() => checkArchive('a.zip', 1e8, 1.1e9, DEFAULT_LIMITS))).toMatchObject({
    message: 'All files in "a.zip" would unpack to 1100 MB, more than the limit of 1000 MB.',
  });
});
