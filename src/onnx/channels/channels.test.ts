import { describe, expect, it } from 'vitest';
import { readModel } from '../read';
import { testOnModels } from '../testing/models';
import { noise } from '../testing/noise';
import type { OnnxModel } from '../types';
import type { ChannelGroup } from './groups';
import { expectSame } from './testing/expect-same';
import { Net, SIDE } from './testing/net';
import { groupsOfModel } from './testing/remove';

/** A graph of twelve random steps, its last one a Gemm on all that nobody has read. */
function randomNet(seed: number): OnnxModel {
  const random = noise(400, seed);
  let drawn = 0;
  const draw = (count: number): number => Math.min(count - 1, Math.floor((((random[drawn++ % 400] ?? 0) + 1) / 2) * count));
  const net = new Net();
  const values: { name: string; channels: number }[] = [{ name: net.conv('x', 3, 8), channels: 8 }];
  const put = (name: string, channels: number): void => void values.push({ name, channels });
  for (let step = 0; step < 12; step++) {
    const { name, channels } = values[draw(values.length)] ?? { name: '', channels: 0 };
    const alike = values.find((other) => other.name !== name && other.channels === channels);
    switch (draw(11)) {
      case 0:
        put(net.conv(name, channels, 8), 8);
        break;
      case 1:
        put(net.conv(name, channels, channels, channels), channels);
        break;
      case 2:
        put(net.conv(name, channels, 2 * channels, channels, 1), 2 * channels);
        break;
      case 3:
        put(net.conv(name, channels, 8, 2), 8);
        break;
      case 4:
        put(net.add('Relu', [name]), channels);
        break;
      case 5:
        put(net.add('Mul', [name, net.floats([channels, 1, 1])]), channels);
        break;
      case 6:
        put(net.norm(name, channels), channels);
        break;
      case 7:
        if (alike) put(net.add('Add', [name, alike.name]), channels);
        break;
      case 8:
        if (alike) put(net.add('Concat', [name, alike.name], { axis: 1 }), 2 * channels);
        break;
      case 9:
        put(net.shuffled(name), channels);
        break;
      default:
        put(net.add('ConvTranspose', [name, net.floats([channels, step % 2 === 0 ? 4 : 2, 1, 1])], { group: 1 + (step % 2) }), 4);
    }
  }
  const read = new Set(net.nodes.flatMap(({ input }) => input));
  const ends = values.filter(({ name }) => !read.has(name));
  const flat = ends.map(({ name }, at) =>
    at % 2 === 0 ? net.add('Flatten', [name]) : net.add('Flatten', [net.add('GlobalAveragePool', [name])]),
  );
  const sizes = ends.map(({ channels }, at) => (at % 2 === 0 ? channels * SIDE * SIDE : channels));
  const all = flat.length === 1 ? (flat[0] ?? '') : net.add('Concat', flat, { axis: 1 });
  return net.model(net.add('Gemm', [all, net.floats([5, sizes.reduce((a, b) => a + b, 0)]), net.floats([5])], { transB: 1 }), 5);
}

/** One channel of each group. */
function one(groups: readonly ChannelGroup[], pick: (group: ChannelGroup) => number): Set<number> {
  return new Set(groups.map((group) => group.roots[pick(group)] ?? -1));
}

/** Largest values, with their places, which somebody reads. */
function pooled(net: Net, x: string): string {
  const value = net.add('MaxPool', [x], { kernel_shape: [2, 2] }, 2);
  net.add('Identity', [net.made[1] ?? '']);
  return value;
}

const free = (groups: readonly ChannelGroup[]): ChannelGroup[] => groups.filter(({ fixed }) => fixed === null);
const brief = (groups: readonly ChannelGroup[], name: string): (readonly number[])[] =>
  groups.flatMap(({ members }) => members.filter(({ value }) => value.name === name).map(({ channels }) => Array.from(channels)));

describe('groups of channels', () => {
  it('follow offsets of a Concat, blocks of a Flatten and the hands of a shuffle', () => {
    const net = new Net();
    const [a, b] = [net.conv('x', 3, 2), net.conv('x', 3, 4)];
    const joined = net.add('Concat', [a, b], { axis: 1 });
    const dealt = net.shuffled(joined);
    const flat = net.add('Flatten', [dealt]);
    const groups = groupsOfModel(net.model(net.add('Gemm', [flat, net.floats([6 * SIDE * SIDE, 5])]), 5), false);
    expect(groups.map(({ channels, fixed }) => [channels, fixed])).toEqual([
      [3, '"x" is an input or a constant'],
      [2, null],
      [4, null],
      [5, '"y" is an output of the graph'],
    ]);
    expect(brief(groups, joined)).toEqual([
      [0, 1, -1, -1, -1, -1],
      [-1, -1, 0, 1, 2, 3],
    ]);
    expect(brief(groups, dealt)).toEqual([
      [0, -1, 1, -1, -1, -1],
      [-1, 1, -1, 2, 0, 3],
    ]);
    expect(brief(groups, flat)[0]?.filter((_, at) => at % (SIDE * SIDE) === 7)).toEqual([0, -1, 1, -1, -1, -1]);
  });
  it('join what is added, and what a depthwise convolution makes where channels are removed', () => {
    const net = new Net();
    const [a, b] = [net.conv('x', 3, 4), net.conv('x', 3, 4)];
    const sum = net.add('Add', [a, b]);
    const deep = net.conv(sum, 4, 8, 4);
    const model = net.model(net.add('Gemm', [net.add('Flatten', [deep]), net.floats([8 * SIDE * SIDE, 5])]), 5);
    const [, scaled] = groupsOfModel(model, false);
    expect([scaled?.makers.length, scaled?.readers.length, scaled?.channels]).toEqual([2, 1, 4]);
    const [, taken] = groupsOfModel(model);
    expect([taken?.makers.length, taken?.readers.length, taken?.channels]).toEqual([3, 2, 4]);
    expect(brief(taken ? [taken] : [], deep)).toEqual([[0, 0, 1, 1, 2, 2, 3, 3]]);
  });
  it('follow a single channel too', () => {
    const net = new Net();
    const flat = net.add('Flatten', [net.add('Relu', [net.conv('x', 3, 1)])]);
    const groups = groupsOfModel(net.model(net.add('Gemm', [flat, net.floats([SIDE * SIDE, 5])]), 5));
    expect(groups.map(({ channels, fixed }) => [channels, fixed === null])).toEqual([
      [3, false],
      [1, true],
      [5, false],
    ]);
    expect(brief(groups, flat)).toEqual([Array.from({ length: SIDE * SIDE }, () => 0)]);
  });
  it('say why they cannot change', () => {
    const net = new Net();
    const a = net.conv('x', 3, 4);
    const sorted = net.add('TopK', [net.add('Flatten', [a]), net.integers([3])], {}, 2);
    expect(groupsOfModel(net.model(sorted, 3)).map(({ fixed }) => fixed)).toEqual([
      '"x" is an input or a constant',
      expect.stringMatching(/^TopK reads/),
    ]);
  });
  it('are not taken for the numbers of axes, and join where nodes share a constant', () => {
    const net = new Net();
    const [a, b, shared] = [net.conv('x', 3, 8), net.conv('x', 3, 8), net.floats([8, 1, 1])];
    const [wide, other] = [a, b].map((x) => net.add('Pad', [net.add('Mul', [x, shared]), net.integers([0, 0, 1, 1, 0, 0, 1, 1])]));
    const sum = net.add('GlobalAveragePool', [net.add('Concat', [wide ?? '', other ?? ''], { axis: 1 })]);
    const groups = groupsOfModel(net.model(net.add('Gemm', [net.add('Flatten', [sum]), net.floats([16, 5])]), 5));
    expect(
      free(groups).map(({ channels, makers, members }) => [channels, makers.length, members.filter(({ value }) => value.constant).length]),
    ).toEqual([[8, 2, 7]]);
  });
  it.each([
    ['places of the largest', (net: Net, a: string) => net.add('Flatten', [pooled(net, a)]), /^MaxPool reads/],
    ['a sum over them', (net: Net, a: string) => net.add('ReduceMean', [a], { axes: [1] }), /^ReduceMean reads/],
    ['a Softmax', (net: Net, a: string) => net.add('Flatten', [net.add('Softmax', [a], { axis: 1 })]), /^Softmax computes across/],
  ] as const)('stay where they are read by %s', (_, rest, reason) => {
    const net = new Net();
    const end = rest(net, net.conv('x', 3, 4));
    expect(groupsOfModel(net.model(end, 4))[1]?.fixed).toMatch(reason);
  });
  it('can lose a channel everywhere, in random graphs', async () => {
    let tried = 0;
    for (let seed = 1; seed <= 8; seed++) {
      const model = randomNet(seed);
      const groups = free(groupsOfModel(model)).filter(({ channels }) => channels > 1);
      tried += groups.length;
      await expectSame(
        model,
        one(groups, ({ channels }) => Math.floor(channels / 2)),
        [1, 3, SIDE, SIDE],
      );
    }
    expect(tried).toBeGreaterThan(15);
  });
});

/** Free groups of real models: how many channels, made by how many products and read by how many. */
const REAL: Readonly<Record<string, readonly string[]>> = {
  'resnet8_cifar10.onnx': ['16 2/3', '16 1/1', '32 1/1', '32 2/2', '64 1/1', '64 2/1'],
  'squeezenet1.1.onnx': ['64 1/1', '16 1/2', '64 1/1'],
  // A depthwise convolution makes what it reads; residual adds join what blocks give.
  'mobilenet_v2_1.0_224.onnx': ['32 2/2', '16 1/1', '96 2/2', '24 2/2', '144 2/2', '144 2/2', '32 3/3'],
};

testOnModels(Object.keys(REAL), 'has its groups of channels', (file) => {
  const groups = free(groupsOfModel(readModel([file])));
  const wanted = REAL[file.name] ?? [];
  expect(groups.slice(0, wanted.length).map(({ channels, makers, readers }) => `${channels} ${makers.length}/${readers.length}`)).toEqual(
    wanted,
  );
});

testOnModels(['resnet8_cifar10.onnx', 'squeezenet1.1.onnx'], 'loses a channel of every group at once', async (file) => {
  const model = readModel([file]);
  const groups = free(groupsOfModel(model));
  const side = file.name.startsWith('resnet') ? 32 : 224;
  await expectSame(
    model,
    one(groups, ({ channels }) => channels - 1),
    [1, 3, side, side],
  );
});
