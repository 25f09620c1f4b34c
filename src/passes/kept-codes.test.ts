import { expect, test } from 'vitest';
import { codeLimits } from './quantize-weights/grid';
import { keepCodes, restoreCodes } from './kept-codes';

test.each([true, false])('every code of every width comes back, symmetric: %s', (symmetric) => {
  for (const bits of [2, 3, 4, 5, 6, 7, 8]) {
    const limits = codeLimits(bits, symmetric);
    const grid = {
      groups: { outer: 1, channels: 1, inner: 1, block: 1 },
      bits,
      ...limits,
      scales: Float32Array.of(1),
      zeroPoints: Int32Array.of(0),
    };
    for (const length of [0, 1, 2, 3, 2 ** bits + 1]) {
      const codes = Uint8Array.from({ length }, (_, at) => limits.qMin + (at % 2 ** bits));
      const kept = keepCodes(codes, grid);
      expect(restoreCodes(kept, grid)).toEqual(codes);
      expect(kept.bytes.length).toBe(Math.ceil((length * (bits <= 2 ? 2 : bits <= 4 ? 4 : 8)) / 8));
    }
  }
});
