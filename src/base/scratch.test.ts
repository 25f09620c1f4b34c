import { expect, test } from 'vitest';
import { createScratch } from './scratch';

test('one buffer serves every length up to the longest so far', () => {
  const scratch = createScratch();
  const long = scratch(8).fill(1);
  const short = scratch(3);
  expect(short.length).toBe(3);
  expect(short.buffer).toBe(long.buffer);
  expect(scratch(9).buffer).not.toBe(long.buffer);
});
