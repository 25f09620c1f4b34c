import { describe, expect, it } from 'vitest';
import { fromBfloat, fromHalf, toBfloat, toHalf } from './half';

describe('float16', () => {
  it('survives the round trip for every pattern', () => {
    for (let pattern = 0; pattern < 65536; pattern++) {
      const value = fromHalf(pattern);
      if (Number.isNaN(value)) expect(Number.isNaN(fromHalf(toHalf(value)))).toBe(true);
      else expect(toHalf(value)).toBe(pattern);
    }
  });

  it('rounds to the nearest pattern, ties to even, over the whole range', () => {
    for (let pattern = 0; pattern < 0x7bff; pattern++) {
      const [low, high] = [fromHalf(pattern), fromHalf(pattern + 1)];
      const middle = (low + high) / 2;
      expect(toHalf(middle)).toBe(pattern % 2 === 0 ? pattern : pattern + 1);
      expect(toHalf(-middle)).toBe((pattern % 2 === 0 ? pattern : pattern + 1) | 0x8000);
      const nudge = (high - low) / 64;
      expect(toHalf(middle - nudge)).toBe(pattern);
      expect(toHalf(middle + nudge)).toBe(pattern + 1);
    }
  });

  it('knows its limits', () => {
    expect(fromHalf(toHalf(65504))).toBe(65504);
    expect(fromHalf(toHalf(65519.99))).toBe(65504);
    expect(fromHalf(toHalf(65520))).toBe(Infinity);
    expect(fromHalf(toHalf(-1e9))).toBe(-Infinity);
    expect(fromHalf(1)).toBe(2 ** -24);
    expect(toHalf(2 ** -25)).toBe(0);
    expect(toHalf(2 ** -25 * 1.0001)).toBe(1);
  });
});

describe('bfloat16', () => {
  it('is the upper half of a float32, rounded to nearest even', () => {
    for (let pattern = 0; pattern < 0x7f80; pattern++) expect(toBfloat(fromBfloat(pattern))).toBe(pattern);
    expect(toBfloat(1 + 2 ** -8)).toBe(0x3f80);
    expect(toBfloat(1 + 3 * 2 ** -8)).toBe(0x3f82);
    expect(Number.isNaN(fromBfloat(toBfloat(Number.NaN)))).toBe(true);
  });
});
