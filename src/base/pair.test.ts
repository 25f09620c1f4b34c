import { expect, test } from 'vitest';
import { pairBy } from './pair';

test('entries of either list, once each, in the order they first appear', () => {
  const [a, b, c] = [
    { op: 'Conv', n: 1 },
    { op: 'Relu', n: 2 },
    { op: 'Conv', n: 3 },
  ];
  const d = { op: 'Cast', n: 4 };
  expect(pairBy([a, b], [d, c], ({ op }) => op)).toEqual([
    { before: a, after: c },
    { before: b, after: undefined },
    { before: undefined, after: d },
  ]);
});
