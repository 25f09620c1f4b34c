import { expect, test } from 'vitest';
import { pictureOf } from './picture';

test('grey, colour and alpha become RGBA; a small sample keeps its size', () => {
  expect(pictureOf({ width: 2, height: 1, channels: 1, data: Uint8Array.of(7, 200) }, 64)).toEqual({
    width: 2,
    height: 1,
    data: Uint8ClampedArray.of(7, 7, 7, 255, 200, 200, 200, 255),
  });
  expect([...pictureOf({ width: 1, height: 1, channels: 3, data: Uint8Array.of(1, 2, 3) }, 1).data]).toEqual([1, 2, 3, 255]);
  expect([...pictureOf({ width: 1, height: 1, channels: 4, data: Uint8Array.of(1, 2, 3, 4) }, 1).data]).toEqual([1, 2, 3, 4]);
});

test('the longer side becomes the size; numbers are spread from black to white', () => {
  const wide = pictureOf({ width: 40, height: 10, channels: 1, data: new Uint8Array(400).fill(9) }, 20);
  expect([wide.width, wide.height, wide.data[0], wide.data.length]).toEqual([20, 5, 9, 400]);
  expect(
    [...pictureOf({ width: 3, height: 1, channels: 1, data: Float32Array.of(-1, 0, 1) }, 9).data].filter((_, k) => k % 4 === 0),
  ).toEqual([0, 128, 255]);
  expect([...pictureOf({ width: 1, height: 1, channels: 1, data: Float32Array.of(5) }, 9).data]).toEqual([0, 0, 0, 255]);
});
