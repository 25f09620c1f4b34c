import { describe, expect, it, test } from 'vitest';
import { Net, SIDE } from '../../onnx/channels/testing/net';
import { listLayers } from '../../onnx/layers';
import { readFloats, shapeOf } from '../../onnx/tensor';
import { noise } from '../../onnx/testing/noise';
import { floats, runModel } from '../../onnx/testing/ort';
import type { OnnxModel } from '../../onnx/types';
import { foldBatchnorm } from '../fold-batchnorm/apply';
import { applyPass } from '../testing/apply-pass';
import { pruneChannels } from './apply';
import { selectChannels } from './select';

/** Two convolutions of 8 channels added together, a third on their sum, scores. */
function residual(): OnnxModel {
  const net = new Net();
  const a = net.conv('x', 3, 8);
  const sum = net.add('Relu', [net.add('Add', [a, net.conv(net.add('Relu', [a]), 8, 8)])]);
  return net.scores(net.add('Relu', [net.norm(net.conv(sum, 8, 12), 12)]), 12);
}

const shapesOf = (model: OnnxModel): (readonly number[])[] => listLayers(model).layers.map(({ shape }) => shape);

async function run(model: OnnxModel): Promise<readonly number[]> {
  return (await runModel(model, { x: floats([1, 3, SIDE, SIDE], noise(3 * SIDE * SIDE, 5)) }))['y'] ?? [];
}

describe('channels of the least weight', () => {
  it('go in every layer that shares them, and nothing that the graph gives changes its size', async () => {
    const { result, live } = await applyPass(pruneChannels, residual(), { options: { ratio: 0.5, multiple: 1 } });
    expect(shapesOf(live)).toEqual([
      [4, 3, 3, 3],
      [4, 4, 3, 3],
      [6, 4, 3, 3],
      [5, 6 * SIDE * SIDE],
    ]);
    expect(result.note).toBe('10 of 20 channels removed, in 2 groups.');
    expect(result.skipped).toEqual([{ layer: expect.any(String), reason: 'Its channels stay: "y" is an output of the graph.' }]);
    expect(await run(live)).toHaveLength(5);
  });
  it('are those with the smallest norm over all that make them', async () => {
    const source = residual();
    const { live } = await applyPass(pruneChannels, source, { options: { ratio: 0.5, multiple: 1, scope: 'group' } });
    const [a, b] = source.proto.graph?.initializer.filter(({ dims }) => dims.length === 4).map((tensor) => readFloats(tensor)) ?? [];
    const norms = Array.from({ length: 8 }, (_, c) => {
      const squares = (values: Float32Array | undefined, size: number): number =>
        (values ?? new Float32Array()).subarray(c * size, (c + 1) * size).reduce((sum, w) => sum + w * w, 0);
      return squares(a, 27) + squares(b, 72);
    });
    const kept = Array.from(norms.keys())
      .toSorted((one, other) => (norms[other] ?? 0) - (norms[one] ?? 0))
      .slice(0, 4)
      .toSorted((one, other) => one - other);
    const first = live.proto.graph?.initializer.find(({ dims }) => dims.length === 4);
    expect(first && readFloats(first)).toEqual(Float32Array.from(kept.flatMap((c) => Array.from(a?.subarray(c * 27, (c + 1) * 27) ?? []))));
  });
  it('leave layers of their own ratio alone, and all that shares channels with an excluded one', async () => {
    const source = residual();
    const [first = '', , third = ''] = listLayers(source).layers.map(({ id }) => id);
    const own = await applyPass(pruneChannels, source, { options: { ratio: 0.5, multiple: 1 }, layers: { [third]: { ratio: 0 } } });
    expect(shapesOf(own.live)[2]).toEqual([12, 4, 3, 3]);
    const others = listLayers(source).layers.flatMap(({ id }) => (id === first ? [] : [id]));
    const excluded = await applyPass(pruneChannels, source, { options: { ratio: 0.5, multiple: 1 }, only: others });
    expect(shapesOf(excluded.live).slice(0, 3)).toEqual([
      [8, 3, 3, 3],
      [8, 8, 3, 3],
      [6, 8, 3, 3],
    ]);
    expect(excluded.result.skipped.map(({ reason }) => reason)).toContain(
      `Its channels stay: it shares them with "${first}", which is excluded.`,
    );
  });
  it('are counted after values that an earlier pass changed', async () => {
    const folded = await applyPass(foldBatchnorm, residual());
    const { live } = await applyPass(pruneChannels, folded.live, { options: { ratio: 0.25, multiple: 1 } });
    const biases = live.proto.graph?.initializer.filter(({ dims }) => dims.length === 1).map((tensor) => shapeOf(tensor));
    expect(biases).toEqual([[6], [6], [5], [9]]);
    expect(await run(live)).toHaveLength(5);
  });
});

test.each([
  ['a share of each', [{ alone: 0.5 }, { alone: 0.25 }], 0, 1, [2, 1]],
  ['what is left is a multiple', [{ alone: 0.5 }, { alone: 0.9 }], 0, 4, [0, 0]],
  ['all together, the floor of each kept', [{ alone: null }, { alone: null }], 0.99, 1, [3, 3]],
  ['never the last one', [{ alone: 0.95 }], 0, 1, [3]],
] as const)('%s', (_, groups, ratio, multiple, wanted) => {
  const candidates = groups.map(({ alone }, at) => ({ alone, scores: Float64Array.of(4, 1, 3, 2).map((v) => v + 10 * at) }));
  const gone = selectChannels(candidates, ratio, multiple);
  expect(gone.map(({ length }) => length)).toEqual(wanted);
  for (const channels of gone) expect([1, 3, 2, 0].slice(0, channels.length)).toEqual(channels);
});
