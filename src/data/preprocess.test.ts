import { expect, test } from 'vitest';
import { framed, normalize } from './preprocess';
import type { Pixels } from './source';
import { cardOf } from './testing/files';
import { pattern } from './testing/pattern';

function run(pixels: Pixels, input: Record<string, unknown>): number[] {
  const card = cardOf({ format: 'images+csv', images: undefined, input }).input;
  const into = new Float32Array(card.size[0] * card.size[1] * (card.channels === 'L' ? 1 : 3));
  normalize(framed(pixels, card), card, into, 0);
  return [...into];
}

const RGB: Pixels = { width: 3, height: 2, channels: 3, data: pattern(18) };

test('grey is Pillow 13\'s convert("L")', () => {
  expect(run(RGB, { size: [2, 3] })).toEqual([18, 154, 131, 113, 86, 214]);
});

test("mean and std go by the model's channel order, alpha is dropped", () => {
  const pixels: Pixels = { width: 1, height: 1, channels: 4, data: new Uint8Array([10, 20, 30, 99]) };
  expect(run(pixels, { size: [1, 1], channels: 'BGR', mean: [30, 10, 0], std: [1, 2, 5] })).toEqual([0, 5, 2]);
  expect(
    run({ ...pixels, channels: 1, data: new Uint8Array([8]) }, { size: [1, 1], channels: 'RGB', mean: [2], std: [3], scale: 0.5 }).map(
      (v) => v.toFixed(4),
    ),
  ).toEqual(['0.6667', '0.6667', '0.6667']);
});

test('the crop is the middle: an odd rest rounds half to even, as torchvision', () => {
  // 5 x 8 grey, shorter side kept at 5, crop 5 x 5: (8 - 5) / 2 = 1.5 -> 2.
  const wide: Pixels = { width: 8, height: 5, channels: 1, data: Uint8Array.from({ length: 40 }, (_, k) => k % 8) };
  expect(run(wide, { size: [5, 5], resizeShorter: 5 }).slice(0, 5)).toEqual([2, 3, 4, 5, 6]);
  // (6 - 5) / 2 = 0.5 -> 0.
  const tall: Pixels = { width: 5, height: 6, channels: 1, data: Uint8Array.from({ length: 30 }, (_, k) => Math.floor(k / 5)) };
  expect(run(tall, { size: [5, 5], resizeShorter: 5 }).filter((_, k) => k % 5 === 0)).toEqual([0, 1, 2, 3, 4]);
});

test('resizes the shorter side, or straight to size without it', () => {
  const ramp: Pixels = { width: 8, height: 4, channels: 1, data: Uint8Array.from({ length: 32 }, (_, k) => (k % 8) * 10) };
  // 8 -> 4 columns: Pillow's triangle gives 8 (edge), 25, 45, 63 (edge).
  expect(run(ramp, { size: [2, 4], resizeShorter: 4 })).toEqual([20, 30, 40, 50, 20, 30, 40, 50]);
  expect(run(ramp, { size: [4, 4] }).slice(0, 4)).toEqual([7, 25, 45, 63]);
});

test('floats of another size are refused, not resized', () => {
  expect(() => run({ width: 2, height: 3, channels: 1, data: new Float32Array(6) }, { size: [2, 2] })).toThrow(
    expect.objectContaining({ code: 'bad-card', message: 'The samples are 3 x 2 numbers, the card\'s "input.size" is [2, 2].' }),
  );
});
