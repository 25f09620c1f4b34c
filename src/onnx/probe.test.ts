import { expect, test } from 'vitest';
import { makeNode } from './nodes';
import { cutTo } from './probe';
import { makeModel, weight } from './testing/fixtures';

const model = makeModel({
  opset: 13,
  inputs: [['x', [1, 3, 2, 2]]],
  outputs: [['y', [1, 2, 2, 2]]],
  weights: [weight('w1', [3, 3, 1, 1], 1), weight('w2', [2, 3, 1, 1], 2), weight('ratio', [], 3)],
  nodes: [
    makeNode('Conv', ['x', 'w1'], ['a']),
    makeNode('Dropout', ['a', 'ratio'], ['d', 'mask']),
    makeNode('Conv', ['d', 'w2'], ['y']),
    makeNode('Not', ['mask'], ['n']),
  ],
});
const nodesOf = (...names: string[]): [string, string[], string[]][] =>
  (cutTo(model, names).proto.graph?.node ?? []).map((n) => [n.opType, n.input, n.output]);

test('only nodes and constants that the values need stay', () => {
  expect(nodesOf('a')).toEqual([['Conv', ['x', 'w1'], ['a']]]);
  expect(cutTo(model, ['a']).proto.graph?.initializer.map((t) => t.name)).toEqual(['w1']);
  expect(model.proto.graph?.node).toHaveLength(4);
});

test('a Dropout is what it is in inference, where onnxruntime-web has no kernel for it; not where its mask is read', () => {
  expect(nodesOf('d')).toEqual([
    ['Conv', ['x', 'w1'], ['a']],
    ['Identity', ['a'], ['d']],
  ]);
  expect(nodesOf('d', 'n').map(([op]) => op)).toEqual(['Conv', 'Dropout', 'Not']);
  expect(nodesOf('mask').map(([op]) => op)).toEqual(['Conv', 'Dropout']);
});
