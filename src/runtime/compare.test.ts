import { expect, test } from 'vitest';
import { WhittleError } from '../base/errors';
import { verdict } from './check';
import { compareOutputs } from './compare';
import { halfToNumber } from './tensors';

const f32 = (...data: number[]) => ({ type: 'float32', dims: [data.length], data: Float32Array.from(data) });

test('errors are held to the range of each output', () => {
  const d = compareOutputs({ a: f32(0, 100), b: f32(0, 1) }, { a: f32(0, 101), b: f32(0.5, 1) });
  expect(d.maxAbs).toBe(1);
  expect(d.relative).toBe(0.5);
  expect(d.worst).toBe('b');
  expect(d.sqnrDb).toBeCloseTo(10 * Math.log10(10_001 / 1.25), 10);
});

test('equal outputs, also NaN in both, have no error; NaN on one side and missing outputs have an infinite one', () => {
  expect(compareOutputs({ a: f32(1, Number.NaN) }, { a: f32(1, Number.NaN) })).toMatchObject({ maxAbs: 0, relative: 0, sqnrDb: null });
  expect(compareOutputs({ a: f32(1, 2) }, { a: f32(1, Number.NaN) }).relative).toBe(Infinity);
  expect(compareOutputs({ a: f32(1, 2) }, {}).maxAbs).toBe(Infinity);
  expect(compareOutputs({ a: f32(1, 2) }, { a: f32(1) }).maxAbs).toBe(Infinity);
  expect(compareOutputs({ a: f32(4, 4) }, { a: f32(4, 5) }).relative).toBe(0.25);
});

test('half bits', () => {
  expect([0x3c00, 0xc000, 0x7bff, 0x0001, 0x8000, 0x7c00].map(halfToNumber)).toEqual([1, -2, 65_504, 2 ** -24, -0, Infinity]);
});

test('verdicts', () => {
  const good = { maxAbs: 3.1e-5, relative: 1e-5, sqnrDb: 90, worst: 'y' };
  const bad = { maxAbs: 2, relative: 1, sqnrDb: 1, worst: 'y' };
  expect(verdict({ ep: 'webgpu', layout: 'NHWC' }, 'wasm', good, null, 1e-3)).toMatchObject({
    ok: true,
    repaired: false,
    verdict: 'WebGPU agrees with WASM, max error 3.1e-5.',
  });
  expect(verdict({ ep: 'webgpu', layout: 'NCHW' }, 'wasm', good, bad, 1e-3)).toMatchObject({ ok: true, repaired: true, layout: 'NCHW' });
  expect(verdict({ ep: 'webgpu', layout: 'NCHW' }, 'wasm', bad, bad, 1e-3)).toMatchObject({ ok: false, repaired: false });
  expect(verdict({ ep: 'webgpu', layout: 'NCHW' }, 'wasm', new WhittleError('runtime-failed', 'No kernel.'), bad, 1e-3).verdict).toContain(
    'No kernel.',
  );
});
