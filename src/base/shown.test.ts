import { expect, test } from 'vitest';
import { shown } from './shown';

test.each([
  [undefined, 'missing'],
  [null, 'null'],
  ['a"b', '"a\\"b"'],
  [Infinity, 'Infinity'],
  [-0, '0'],
  [[1, 'x', [2, [3, [4]]]], '[1,"x",[2,[3,[…]]]]'],
  [{ a: { b: 1 } }, '{"a":{"b":1}}'],
])('%j', (value, text) => {
  expect(shown(value)).toBe(text);
});

test('own keys whatever they are called; long and deep values are cut', () => {
  expect(shown(JSON.parse('{"__proto__": 1, "constructor": 2}'))).toBe('{"__proto__":1,"constructor":2}');
  expect(shown('x'.repeat(1e7))).toHaveLength(80);
  expect(shown(Array.from({ length: 1e6 }, () => 1))).toHaveLength('[1,1,1,1,1,1,1,1,1,1,1,1]'.length);
  expect(shown(JSON.parse('['.repeat(100_000) + ']'.repeat(100_000)))).toBe('[[[[…]]]]');
});
