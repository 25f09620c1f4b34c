import { expect, test } from 'vitest';
import { channelOf, codebookLevels, gridLevels } from './histogram';

test('a channel of [outer, channels, inner]', () => {
  const values = Float32Array.from({ length: 12 }, (_, i) => i);
  expect(channelOf(values, { outer: 2, channels: 3, inner: 2 }, 1)).toEqual(Float32Array.of(2, 3, 8, 9));
  expect(() => channelOf(values, { outer: 2, channels: 3, inner: 2 }, 3)).toThrow('no channel 3');
});

test('levels of one grid, and none where several grids are in view', () => {
  const grid = {
    groups: { outer: 1, channels: 2, inner: 4, block: 4 },
    bits: 2,
    qMin: -2,
    qMax: 1,
    scales: Float32Array.of(0.5, 2),
    zeroPoints: Int32Array.of(0, 1),
  };
  expect(gridLevels(grid, null)).toBeNull();
  expect(gridLevels(grid, 1)).toEqual({ values: [-6, -4, -2, 0], step: 2 });
  expect(gridLevels({ ...grid, groups: { ...grid.groups, block: 2 } }, 1)).toBeNull();
  expect(gridLevels({ ...grid, groups: { outer: 1, channels: 1, inner: 8, block: 8 } }, 1)?.step).toBe(0.5);
  expect(gridLevels({ ...grid, scales: Float32Array.of(0.5, -2), zeroPoints: Int32Array.of(0, 0) }, 1)).toEqual({
    values: [-2, 0, 2, 4],
    step: 2,
  });
});

test('levels of a codebook, each once', () => {
  const codebook = { groups: { outer: 1, channels: 2, inner: 4, block: 4 }, size: 3, values: Float32Array.of(-1, 0, 2, 0.5, 1, 1) };
  expect(codebookLevels(codebook, null)).toBeNull();
  expect(codebookLevels(codebook, 1)).toEqual({ values: [0.5, 1], step: null });
  expect(codebookLevels({ ...codebook, groups: { outer: 1, channels: 1, inner: 8, block: 8 } }, null)?.values).toEqual([-1, 0, 2]);
});
