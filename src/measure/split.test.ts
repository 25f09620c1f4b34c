import { expect, test } from 'vitest';
import { CALIBRATION_SEED, calibrationSamples, scoredSamples } from './split';

test('what calibrates is not scored', () => {
  const used = calibrationSamples(500, 128);
  const scored = scoredSamples(500, null, used);
  expect(used).toHaveLength(128);
  expect(new Set([...used, ...scored]).size).toBe(500);
  expect(scored).toHaveLength(372);
});

test('each seed is a draw of its own, and none of them is scored on what it learned from', () => {
  const draws = [CALIBRATION_SEED, 5, 6].map((seed) => calibrationSamples(500, 128, seed));
  expect(draws[0]).toEqual(calibrationSamples(500, 128));
  expect(draws[1]).toEqual(calibrationSamples(500, 128, 5));
  for (const [k, used] of draws.entries()) {
    // Two draws of 128 from 500 share some 33.
    for (const other of draws.slice(k + 1)) expect(used.filter((i) => other.includes(i)).length).toBeLessThan(64);
    expect(new Set([...used, ...scoredSamples(500, null, used)]).size).toBe(500);
    expect(scoredSamples(500, null, used)).toHaveLength(372);
  }
});

test('a limit draws from all of the rest, the same ones each time', () => {
  const used = calibrationSamples(5000, 128);
  const scored = scoredSamples(5000, 100, used);
  expect(scored).toEqual(scoredSamples(5000, 100, used));
  expect(new Set(scored).size).toBe(100);
  expect(scored.some((i) => used.includes(i))).toBe(false);
  // Of a folder sorted by class, every tenth is met.
  expect(new Set(scored.map((i) => Math.floor(i / 500))).size).toBe(10);
});

test('small sets keep half for the score, and a single sample serves both', () => {
  expect(calibrationSamples(10, 128)).toHaveLength(5);
  expect(scoredSamples(1, null, calibrationSamples(1, 128))).toEqual([0]);
  expect(scoredSamples(10, null, [])).toHaveLength(10);
});
