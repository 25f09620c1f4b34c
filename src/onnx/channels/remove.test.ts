import { describe, expect, it, test } from 'vitest';
import { indexShapes } from '../shapes';
import { noise } from '../testing/noise';
import type { OnnxModel } from '../types';
import { indexValues } from '../values';
import { indexChannels } from './index';
import { emptied, removeChannels } from './remove';
import { expectSame } from './testing/expect-same';
import { Net, SIDE } from './testing/net';
import { groupsOfModel } from './testing/remove';

/** A network and how many of its groups are free. */
interface Case {
  readonly model: OnnxModel;
  readonly free: number;
}

const ZOO: Readonly<Record<string, () => Case>> = {
  'a Reshape with numbers of its own': () => {
    const net = new Net();
    const flat = net.reshape(net.conv('x', 3, 8), [1, 8 * SIDE * SIDE]);
    return { model: net.model(net.add('Gemm', [flat, net.floats([8 * SIDE * SIDE, 5])]), 5), free: 1 };
  },
  'two halves of a Split, one convolved, shuffled by numbers (ShuffleNet)': () => {
    const net = new Net();
    net.add('Split', [net.conv('x', 3, 8)], { axis: 1 }, 2);
    const [a = '', b = ''] = net.made;
    const joined = net.add('Concat', [a, net.conv(b, 4, 4)], { axis: 1 });
    const dealt = net.add('Transpose', [net.reshape(joined, [1, 2, 4, SIDE, SIDE])], { perm: [0, 2, 1, 3, 4] });
    return { model: net.scores(net.reshape(dealt, [1, 8, SIDE, SIDE]), 8), free: 1 };
  },
  'a Split by given sizes': () => {
    const net = new Net();
    net.add('Split', [net.conv('x', 3, 8), net.integers([3, 5])], { axis: 1 }, 2);
    const [a = '', b = ''] = net.made;
    return { model: net.scores(net.add('Add', [net.conv(a, 3, 6), net.conv(b, 5, 6)]), 6), free: 2 };
  },
  'runs cut out by Slice': () => {
    const net = new Net();
    const all = net.conv('x', 3, 8);
    const cut = (from: number, to: number): string => net.add('Slice', [all, net.integers([from]), net.integers([to]), net.integers([1])]);
    const [a, b] = [cut(0, 4), cut(-4, 2 ** 31)];
    return { model: net.scores(net.add('Add', [net.conv(a, 4, 6), net.conv(b, 4, 6)]), 6), free: 2 };
  },
  'a squeeze-excite gate (MobileNetV3)': () => {
    const net = new Net();
    const deep = net.norm(net.conv(net.add('HardSwish', [net.conv('x', 3, 8)]), 8, 8, 8), 8);
    const squeezed = net.add('Relu', [net.conv(net.add('GlobalAveragePool', [deep]), 8, 4, 1, 1)]);
    const gate = net.add('HardSigmoid', [net.conv(squeezed, 4, 8, 1, 1)]);
    return { model: net.scores(net.add('Mul', [deep, gate]), 8, 14), free: 2 };
  },
  'normalization by groups, as an operator': () => {
    const net = new Net();
    const normed = net.add('GroupNormalization', [net.conv('x', 3, 8), net.floats([8]), net.floats([8])], { num_groups: 4 });
    return { model: net.scores(net.add('Relu', [normed]), 8, 21), free: 1 };
  },
  'normalization by groups, as PyTorch writes it': () => {
    const net = new Net();
    const [x, ones, zeros] = [net.conv('x', 3, 8), net.positive(4), net.floats([4])];
    const normed = net.add('InstanceNormalization', [net.reshape(x, [0, 4, -1]), ones, zeros]);
    const back = net.reshape(normed, [1, 8, SIDE, SIDE]);
    const scaled = net.add('Add', [net.add('Mul', [back, net.floats([8, 1, 1])]), net.floats([8, 1, 1])]);
    return { model: net.scores(net.add('Relu', [scaled]), 8), free: 1 };
  },
  'sizes of a Resize, transposed convolutions and skips (U-Net)': () => {
    const net = new Net();
    const top = net.add('Relu', [net.add('InstanceNormalization', [net.conv('x', 3, 6), net.floats([6]), net.floats([6])])]);
    const low = net.conv(net.add('MaxPool', [top], { kernel_shape: [2, 2], strides: [2, 2] }), 6, 8);
    const up = net.add('Resize', [low, '', '', net.integers([1, 8, SIDE, SIDE])]);
    const turned = net.add('ConvTranspose', [low, net.floats([8, 4, 2, 2]), net.floats([4])], { strides: [2, 2] });
    return { model: net.scores(net.conv(net.add('Concat', [up, turned, top], { axis: 1 }), 18, 6), 6), free: 4 };
  },
  'attention and a wide layer between norms (ViT, BERT)': () => {
    const net = new Net();
    const [width, heads, depth] = [12, 3, 4];
    const rows = net.add('Transpose', [net.reshape(net.conv('x', 3, width), [1, width, SIDE * SIDE])], { perm: [0, 2, 1] });
    const normed = net.add('LayerNormalization', [rows, net.positive(width), net.floats([width])]);
    const split = (x: string): string => net.reshape(net.dense(x, width, width), [1, SIDE * SIDE, heads, depth]);
    const [q, k, v] = [
      net.add('Transpose', [split(normed)], { perm: [0, 2, 1, 3] }),
      net.add('Transpose', [split(normed)], { perm: [0, 2, 3, 1] }),
      net.add('Transpose', [split(normed)], { perm: [0, 2, 1, 3] }),
    ];
    const scores = net.add('Softmax', [net.add('Mul', [net.add('MatMul', [q, k]), net.number(0.5)])], { axis: -1 });
    const seen = net.add('Transpose', [net.add('MatMul', [scores, v])], { perm: [0, 2, 1, 3] });
    const mixed = net.add('Add', [rows, net.dense(net.reshape(seen, [1, SIDE * SIDE, width]), width, width)]);
    const wide = net.add('Sigmoid', [net.dense(net.add('LayerNormalization', [mixed, net.positive(width)]), width, 20)]);
    const end = net.add('Add', [mixed, net.dense(wide, 20, width)]);
    return { model: net.scores(end, width, 17), free: 3 };
  },
  'dense blocks, grouped and depthwise convolutions (DenseNet, ConvNeXt)': () => {
    const net = new Net();
    const a = net.conv('x', 3, 8);
    const b = net.conv(net.norm(a, 8), 8, 4);
    const c = net.conv(net.norm(net.add('Concat', [a, b], { axis: 1 }), 12), 12, 4);
    const all = net.add('Concat', [a, b, c], { axis: 1 });
    const grouped = net.conv(net.conv(all, 16, 8, 1, 1), 8, 12, 4);
    const deep = net.conv(grouped, 12, 24, 12);
    return { model: net.scores(net.add('PRelu', [deep, net.floats([24, 1, 1])]), 24), free: 5 };
  },
};

/** Some channels of every free group, each with this likelihood, never all of one. */
function drawn(model: OnnxModel, ratio: number, seed: number): Set<number> {
  const gone = new Set<number>();
  for (const [at, { fixed, roots }] of groupsOfModel(model).entries()) {
    if (fixed !== null) continue;
    const random = noise(roots.length, seed + 31 * at);
    for (const [channel, root] of roots.slice(1).entries()) if (((random[channel] ?? 0) + 1) / 2 < ratio) gone.add(root);
  }
  return emptied(mapOf(model), gone) === null ? gone : drawn(model, ratio * 0.8, seed + 1);
}

function mapOf({ proto }: OnnxModel): ReturnType<typeof indexChannels> {
  const index = indexValues(proto);
  return indexChannels(index, indexShapes(index), true);
}

describe('a network without channels that nobody listens to computes the same', () => {
  test.each(Object.entries(ZOO))('%s', async (_, make) => {
    const { model, free } = make();
    const groups = groupsOfModel(model);
    expect(
      groups.filter(({ fixed }) => fixed === null).length,
      JSON.stringify(groups.map(({ channels, fixed }) => [channels, fixed])),
    ).toBe(free);
    await expectSame(model, drawn(model, 0.5, model.proto.graph?.node.length ?? 1), [1, 3, SIDE, SIDE]);
  });
});

it('refuses to leave nothing, by name, and edits nothing then', () => {
  const net = new Net();
  net.add('Split', [net.conv('x', 3, 8), net.integers([3, 5])], { axis: 1 }, 2);
  const [a = '', b = ''] = net.made;
  const model = net.scores(net.add('Add', [net.conv(a, 3, 6), net.conv(b, 5, 6)]), 6);
  const index = indexValues(model.proto);
  const map = indexChannels(index, indexShapes(index), true);
  const [, first] = groupsOfModel(model);
  const before = JSON.stringify(model.proto.graph?.initializer.map(({ dims }) => dims.map(Number)));
  expect(() => removeChannels({ proto: model.proto, index, map }, new Set(first?.roots.slice(0, 3)))).toThrow(/would have no channel left/);
  expect(JSON.stringify(model.proto.graph?.initializer.map(({ dims }) => dims.map(Number)))).toBe(before);
});
