import { describe, expect, it } from 'vitest';
import { makeNode } from '../nodes';
import { eachKernel, inputOf, inputsOf, matrixOf, outputsOf, scaleChannels, type Geometry } from './geometry';
import { geometryOf } from './weights';

function known(opType: string, shape: readonly number[], attributes: Record<string, number> = {}): Geometry {
  const geometry = geometryOf(makeNode(opType, ['x', 'w'], ['y'], attributes), 1, shape);
  if (typeof geometry === 'string') throw new Error(geometry);
  return geometry;
}

/** Of the element at these places of a tensor: its output and its input channel, by the operator's own definition. */
const CASES: readonly [string, readonly number[], Record<string, number>, (at: readonly number[]) => readonly [number, number]][] = [
  ['Conv', [6, 2, 3, 3], { group: 2 }, ([m = 0, c = 0]) => [m, Math.floor(m / 3) * 2 + c]],
  ['Conv', [6, 1, 3], { group: 6 }, ([m = 0]) => [m, m]],
  ['ConvTranspose', [4, 3, 2, 2], { group: 2 }, ([c = 0, m = 0]) => [Math.floor(c / 2) * 3 + m, c]],
  ['Gemm', [5, 1], { transB: 1 }, ([o = 0, i = 0]) => [o, i]],
  ['Gemm', [4, 5], {}, ([i = 0, o = 0]) => [o, i]],
  ['MatMul', [4, 5], {}, ([i = 0, o = 0]) => [o, i]],
  ['LSTM', [2, 8, 3], {}, ([d = 0, row = 0, i = 0]) => [d * 8 + row, i]],
];

function placesOf(element: number, shape: readonly number[]): number[] {
  const at: number[] = [];
  let rest = element;
  for (const size of shape.toReversed()) {
    at.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return at;
}

describe('geometry of a weight', () => {
  it.each(CASES)('%s %j %j: each element has the channels of its operator', (opType, shape, attributes, channels) => {
    const geometry = known(opType, shape, attributes);
    const count = shape.reduce((a, b) => a * b, 1);
    const met: string[] = [];
    eachKernel(geometry, (output, input, start) => {
      for (let e = start; e < start + geometry.places; e++) met[e] = [output, input].join();
    });
    const elements = Array.from({ length: count }, (_, e) => e);
    expect(met).toEqual(elements.map((e) => channels(placesOf(e, shape)).join()));
    expect(elements.map((e) => inputOf(geometry, e))).toEqual(elements.map((e) => channels(placesOf(e, shape))[1]));
    const factors = Float64Array.from({ length: outputsOf(geometry) }, (_, o) => o + 1);
    const scaled = new Float32Array(count).fill(1);
    scaleChannels(
      geometry,
      scaled,
      factors,
      Float64Array.from({ length: inputsOf(geometry) }, (_, i) => 100 * (i + 1)),
    );
    expect([...scaled]).toEqual(elements.map((e) => channels(placesOf(e, shape))).map(([o, i]) => (o + 1) * 100 * (i + 1)));
  });
  it('is a matrix whose columns are what the node multiplies', () => {
    expect(matrixOf(known('Conv', [6, 2, 3, 3], { group: 2 }))).toEqual({
      groups: 2,
      rows: 3,
      columns: 18,
      groupStride: 54,
      rowStride: 18,
      columnStride: 1,
    });
    expect(matrixOf(known('ConvTranspose', [4, 3, 2, 2], { group: 2 }))).toEqual({
      groups: 2,
      rows: 12,
      columns: 2,
      groupStride: 24,
      rowStride: 1,
      columnStride: 12,
    });
    expect(matrixOf(known('MatMul', [4, 5]))).toMatchObject({ rows: 5, columns: 4, rowStride: 1, columnStride: 5 });
  });
  it('says why there is none', () => {
    expect(geometryOf(makeNode('MatMul', ['x', 'w'], ['y']), 1, [2, 4, 5])).toMatch(/right-hand/);
    expect(geometryOf(makeNode('LSTM', ['x', 'w', 'r'], ['y']), 2, [1, 8, 2])).toMatch(/recurrence/);
    expect(geometryOf(makeNode('Gather', ['w', 'i'], ['y']), 0, [4, 5])).toMatch(/multiplies nothing/);
  });
});
