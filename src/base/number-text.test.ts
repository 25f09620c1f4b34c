import { expect, test } from 'vitest';
import { decimal } from './number-text';

test.each([
  ['5', 5],
  [' 5 ', 5],
  ['-0.5', -0.5],
  ['.5', 0.5],
  ['5.', 5],
  ['1e3', 1000],
  ['1E-3', 0.001],
  ['+2', 2],
  ['9007199254740993', 2 ** 53],
  ['1e308', 1e308],
  ['', null],
  [' ', null],
  ['0x10', null],
  ['0b1', null],
  ['1e999', null],
  ['-1e999', null],
  ['Infinity', null],
  ['NaN', null],
  ['1_000', null],
  ['5px', null],
  ['1 2', null],
  ['.', null],
  ['e5', null],
  ['1'.repeat(500), null],
])('%j is %j', (text, value) => {
  expect(decimal(text)).toBe(value);
});

test('-0 is 0', () => {
  expect(Object.is(decimal('-0'), 0)).toBe(true);
});
