import { expect, it } from 'vitest';
import { SharedMemory } from './memory';

it('gives what was given back to who asks for half of it or more', () => {
  const memory = new SharedMemory();
  const [small, large] = [memory.take(1000), memory.take(3000)];
  memory.giveBack(large);
  memory.giveBack(small);
  expect(memory.take(900)).toBe(small);
  expect(memory.take(1600)).toBe(large);
  const other = memory.take(1000);
  expect(other).not.toBe(small);
  memory.giveBack(other);
  expect(memory.take(400)).not.toBe(other);
  expect(memory.take(1001)).not.toBe(other);
});

it('keeps 128 MiB of it, and no more than 64 buffers', () => {
  const memory = new SharedMemory();
  const large = [1, 2, 3].map(() => memory.take(2 ** 26));
  for (const buffer of large) memory.giveBack(buffer);
  expect([memory.take(2 ** 26), memory.take(2 ** 26)]).toEqual([large[1], large[2]]);
  expect(large).not.toContain(memory.take(2 ** 26));
  const many = Array.from({ length: 70 }, () => memory.take(16));
  for (const buffer of many) memory.giveBack(buffer);
  const again = Array.from({ length: 70 }, () => memory.take(16));
  expect(again.filter((buffer) => many.includes(buffer))).toHaveLength(64);
});
