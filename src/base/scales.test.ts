import { describe, expect, it } from 'vitest';
import { decades, linearScale, logHeight, logTicks, ticks } from './scales';

describe('scales', () => {
  it('go to pixels and back', () => {
    const scale = linearScale([-1, 3], [10, 110]);
    expect(scale.toPixels(-1)).toBe(10);
    expect(scale.toPixels(1)).toBe(60);
    expect(scale.toValue(scale.toPixels(0.3))).toBeCloseTo(0.3, 12);
    expect(linearScale([2, 2], [0, 100]).toPixels(2)).toBe(0);
  });

  it.each([
    [-0.13, 0.12, 5, [-0.1, -0.05, 0, 0.05, 0.1]],
    [0, 1, 4, [0, 0.5, 1]],
    [0.1, 0.9, 8, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]],
    [3, 3, 4, [3]],
  ])('ticks of %d to %d', (low, high, count, expected) => {
    expect(ticks(low, high, count)).toEqual(expected);
  });

  it('show a single weight and fill the height with the largest count', () => {
    expect(logHeight(0, 1000, 200)).toBe(0);
    expect(logHeight(1, 1000, 200)).toBeGreaterThan(10);
    expect(logHeight(1000, 1000, 200)).toBeCloseTo(200);
    expect(decades(1500)).toEqual([1, 10, 100, 1000]);
    expect(decades(0)).toEqual([1]);
  });

  it.each([
    [30, 400, 6, [50, 100, 200]],
    [3, 4e6, 6, [10, 100, 1000, 1e4, 1e5, 1e6]],
  ])('log ticks of %d to %d', (low, high, most, expected) => {
    expect(logTicks(low, high, most)).toEqual(expected);
  });
});
