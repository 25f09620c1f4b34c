import { expect, it } from 'vitest';
import { fromHalf } from '../../base/half';
import { noise } from '../testing/data';
import { describeMakers } from '../testing/makers';
import { roundHalf, roundHalfOf } from './round-half';

/** Every finite float16 value, what lies in the middle to the next and beside it, what is too large, and denormals of float32. */
function corners(): Float32Array {
  const halves = Array.from({ length: 0x7c00 }, (_, pattern) => fromHalf(pattern));
  const middles = halves.slice(1).map((value, i) => (value + (halves[i] ?? 0)) / 2);
  const positive = [
    ...halves,
    ...middles,
    ...middles.flatMap((m) => [m * (1 + 2 ** -23), m * (1 - 2 ** -24)]),
    65_519.99,
    65_520,
    1e30,
    1e-40,
  ];
  return Float32Array.from([...positive, ...positive.map((value) => -value)]);
}

await describeMakers('round-half', (compute) => {
  it('rounds to the nearest float16 value, bit for bit, at every length', async () => {
    for (const w of [corners(), noise(0), noise(1, 3), noise(255, 4, 1e-6), noise(257, 5, 7e4)]) {
      const handle = compute.upload(w);
      const result = await compute.run(roundHalf, handle);
      expect(Buffer.compare(Buffer.from((await compute.download(result)).buffer), Buffer.from(roundHalfOf(w).buffer))).toBe(0);
      handle.destroy();
      result.destroy();
    }
  });

  it('takes ties to the even neighbour', async () => {
    const result = await compute.run(roundHalf, compute.upload(Float32Array.of(2049, 2051, -2051, 3 * 2 ** -25, 2 ** -25)));
    expect([...(await compute.download(result))]).toEqual([2048, 2052, -2052, 2 ** -23, 0]);
  });
});
