import { expect, test } from 'vitest';
import { agreeing, counted } from './plural';

test('a noun agrees with its number', () => {
  expect([0, 1, 2, 1234].map((count) => counted(count, 'answer'))).toEqual(['0 answers', '1 answer', '2 answers', '1,234 answers']);
  expect([1, 3].map((count) => counted(count, 'copy', 'copies'))).toEqual(['1 copy', '3 copies']);
  expect([0, 1, 2].map((count) => agreeing(count, 'has', 'have'))).toEqual(['have', 'has', 'have']);
});
