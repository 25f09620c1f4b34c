import { expect, test } from 'vitest';
import {
  formatBytes,
  formatChange,
  formatClass,
  formatCount,
  formatElapsed,
  formatLarge,
  formatMs,
  formatPercent,
  formatValue,
  kilobytes,
} from './format';

test('three figures, a thin space, a real minus sign', () => {
  expect(formatBytes(999)).toBe('999\u2009B');
  expect(formatBytes(4_953_397)).toBe('4.95\u2009MB');
  expect(kilobytes(1_234_567)).toBe('1,235');
  expect(formatLarge(1_235_496)).toBe('1.24\u2009M');
  expect(formatCount(12345)).toBe('12,345');
  expect([8.399, 0.2049, 0.01234, 0.99961, 0].map(formatMs)).toEqual(
    ['8.40', '0.205', '0.0123', '1.00', '0.00'].map((value) => `${value}\u2009ms`),
  );
  expect(formatPercent(-0.25)).toBe('−0.3\u2009%');
  expect(formatElapsed(67_400)).toBe('1:07');
  expect(formatValue(-0.00001234)).toBe('−1.2e−5');
});

test('changes carry their sign, and nothing carries none', () => {
  expect(formatChange(0.44, 1)).toBe('+0.4');
  expect(formatChange(-0.84, 1)).toBe('−0.8');
  expect(formatChange(-0.04, 1)).toBe('0.0');
  expect(formatChange(0, 0)).toBe('0');
});

test('classes by name, without their synset id', () => {
  expect(formatClass({ index: 3, name: null })).toBe('class 3');
  expect(formatClass({ index: 1, name: 'n01440764 tench, Tinca tinca' })).toBe('tench, Tinca tinca');
});
