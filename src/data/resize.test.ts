import { expect, test } from 'vitest';
import { resizeBilinear } from './resize';
import { pattern } from './testing/pattern';

// References: Pillow 13.0, Image.fromarray(a).resize((width, height), Image.BILINEAR), a[k] = (7 k^2 + 13 k) mod 256.
const PILLOW = [
  {
    from: [5, 7],
    to: [3, 4],
    bytes: [
      81, 92, 153, 104, 165, 138, 132, 107, 107, 168, 178, 145, 133, 102, 155, 134, 106, 173, 131, 152, 101, 133, 174, 66, 107, 105, 145,
      86, 73, 96, 131, 119, 89, 106, 95, 47,
    ],
  },
  {
    from: [4, 6],
    to: [4, 2],
    bytes: [78, 119, 141, 163, 117, 116, 133, 138, 188, 92, 170, 133, 116, 149, 67, 141, 87, 174, 155, 184, 98, 150, 92, 175],
  },
  { from: [9, 2], to: [1, 2], bytes: [117, 128, 129, 131, 139, 144] },
  {
    from: [3, 4],
    to: [5, 7],
    bytes: [
      0, 20, 54, 36, 71, 120, 95, 154, 227, 88, 171, 140, 81, 170, 53, 137, 103, 157, 172, 62, 222, 56, 41, 40, 91, 91, 105, 148, 172, 209,
      139, 187, 172, 123, 184, 127, 119, 115, 171, 116, 73, 198, 140, 72, 18, 174, 121, 82, 227, 198, 183, 216, 211, 220, 186, 205, 238, 91,
      134, 191, 32, 90, 162, 205, 84, 131, 182, 131, 138, 145, 206, 149, 120, 216, 172, 98, 207, 188, 89, 133, 138, 82, 88, 107, 248, 92,
      206, 187, 138, 175, 90, 211, 126, 56, 219, 140, 40, 209, 154, 87, 133, 102, 116, 86, 70,
    ],
  },
] as const;

test.each(PILLOW)("$from to $to is Pillow's, byte for byte", ({ from: [h, w], to: [height, width], bytes }) => {
  expect([...resizeBilinear(pattern(h * w * 3), { height: h, width: w }, { height, width }, 3)]).toEqual(bytes);
});

test("97 x 131 to 29 x 41 sums to Pillow's", () => {
  const out = resizeBilinear(pattern(97 * 131 * 3), { height: 97, width: 131 }, { height: 29, width: 41 }, 3);
  expect(out.reduce((a, b) => a + b, 0)).toBe(452_973);
});
