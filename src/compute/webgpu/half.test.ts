/**
 * Half precision where the device has none: `to-half` needs no feature, and `matmul-f16` runs with its loads of f16 written as unpacked
 * words. Widening a half is exact and both sum in float32, so that the arithmetic is the same; the source that is compiled with `enable
 * f16` is the one thing that only a device with shader-f16 proves.
 */
import type * as Shaders from './shaders';
import { expect, it, vi } from 'vitest';
import { fromHalf, toHalf as toHalfOf } from '../../base/half';
import { matmulOf } from '../operations/shared/matmul';
import { HALF_KERNEL, toHalf } from '../operations/time-matmul';
import { noise } from '../testing/data';
import { describeGpu } from '../testing/makers';
import { multiplyFloats } from '../testing/multiply';
import type { Operation } from '../types';

/** The kernel with each load of a half from its word; a text that is not found is not emulated, and fails. */
function emulated(source: string): string {
  const replaced = [
    ['enable f16;\nalias scalar = f16;', 'alias scalar = f32;'],
    ['a: array<scalar>', 'a: array<u32>'],
    ['b: array<scalar>', 'b: array<u32>'],
    ['a[a_row * shape.k + a_k]', 'half_of(a[(a_row * shape.k + a_k) / 2u], a_row * shape.k + a_k)'],
    ['b[index_in_b(b_k, b_column, shape)]', 'half_of(b[index_in_b(b_k, b_column, shape) / 2u], index_in_b(b_k, b_column, shape))'],
  ].reduce((text, [from = '', to = '']) => {
    if (text.split(from).length !== 2) throw new Error(`matmul.wgsl has "${from}" not once`);
    return text.replace(from, to);
  }, source);
  return `${replaced}\nfn half_of(word: u32, index: u32) -> f32 { return unpack2x16float(word)[index % 2u]; }`;
}

vi.mock('./shaders', async (original) => {
  const { sourceOf } = await original<typeof Shaders>();
  return {
    sourceOf: (kernel: Parameters<typeof sourceOf>[0]) => (kernel.name === 'matmul-f16' ? emulated(sourceOf(kernel)) : sourceOf(kernel)),
  };
});

/** What `to-half` writes, as bits. */
const halfBits: Operation<[values: Float32Array], Uint16Array> = {
  kernels: [HALF_KERNEL],
  compiled: 'on-use',
  cpu: (_host, values) => Uint16Array.from(values, toHalfOf),
  gpu: async (device, values) => new Uint16Array(await device.read(toHalf(device, values), Math.ceil(values.length / 2) * 4)),
};

const halves = (values: Float32Array): Float32Array<ArrayBuffer> => Float32Array.from(values, (v) => fromHalf(toHalfOf(v)));

await describeGpu('half precision', (compute) => {
  it('to-half rounds to a neighbour, and keeps what a half holds', async () => {
    const exact = [0, -0, 1, -2.5, 65504, -65504, 2 ** -14, 0.333251953125];
    const rounded = [...noise(997, 3, 100), ...noise(64, 4, 1e-3)];
    const values = Float32Array.from([...exact, ...rounded]);
    expect(values.length % 2).toBe(1);
    const patterns = await compute.run(halfBits, values);
    expect(Array.from(patterns.subarray(0, exact.length))).toEqual(exact.map(toHalfOf));
    // WGSL lets a device round to either neighbour.
    for (const [i, value] of values.entries()) expect(Math.abs((patterns[i] ?? 0) - toHalfOf(value)), `${value}`).toBeLessThanOrEqual(1);
    expect(patterns.at(-1)).toBe(0);
  });

  it('matmul-f16 multiplies halves and sums in float32, at ragged sizes', async () => {
    for (const [m, k, n] of [
      [1, 1, 1],
      [5, 33, 7],
      [65, 70, 67],
      [64, 16, 64],
    ] as const) {
      // Values that halves hold, so that no rounding of the device's stands between the two.
      const [a, b] = [halves(noise(m * k, 4)), halves(noise(k * n, 5))] as const;
      const found = await compute.run(multiplyFloats, 'f16', a, b, [m, k, n]);
      const wanted = matmulOf(a, b, m, k, n);
      const largest = wanted.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
      expect(found.length).toBe(m * n);
      for (const [i, v] of wanted.entries()) expect(Math.abs((found[i] ?? Number.NaN) - v)).toBeLessThanOrEqual(1e-5 * largest);
    }
  });
});
