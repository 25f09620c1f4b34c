import { describe, expect, it } from 'vitest';
import { listLayers } from './layers';
import { parametersAsInputs } from './live';
import { findParameters } from './parameters';
import { readModel } from './read';
import { readFloats } from './tensor';
import { convNet, ifNet, lstmNet, matmulNet, returnedNet } from './testing/fixtures';
import { testOnModels } from './testing/models';
import { noise } from './testing/noise';
import type { Feeds } from './testing/ort';
import { bool, floats, runModel } from './testing/ort';
import type { OnnxModel } from './types';

/** Runs the model as it is and with all parameters fed as inputs. */
async function runBoth(model: OnnxModel, feeds: Feeds): Promise<Record<'live' | 'plain', Record<string, number[]>>> {
  const sources = findParameters(model);
  const live = parametersAsInputs(
    model,
    sources.map((source) => source.parameter.id),
  );
  const weights = live.inputs.map(({ id, inputName, shape }) => {
    const constant = sources.find((source) => source.parameter.id === id)?.value.constant;
    if (!constant) throw new Error(id);
    return [inputName, floats(shape, readFloats(constant))] as const;
  });
  expect(findParameters(live.model)).toEqual([]);
  expect(new Set(live.inputs.map((input) => input.inputName)).size).toBe(sources.length);
  return { live: await runModel(live.model, { ...feeds, ...Object.fromEntries(weights) }), plain: await runModel(model, feeds) };
}

/** The results must be the same bits. */
async function expectSame(model: OnnxModel, feeds: Feeds): Promise<void> {
  const { live, plain } = await runBoth(model, feeds);
  expect(live).toEqual(plain);
}

describe('parametersAsInputs', () => {
  for (const opset of [8, 13, 21]) {
    it(`gives identical outputs at opset ${opset}`, async () => {
      await expectSame(convNet(opset), { x: floats([1, 3, 6, 6], noise(108)) });
      await expectSame(matmulNet(opset, 6, 4), { x: floats([2, 6], noise(12)) });
      await expectSame(lstmNet(opset), { x: floats([3, 1, 4], noise(12)) });
      await expectSame(returnedNet(opset), { x: floats([2, 4], noise(8)) });
      for (const c of [true, false]) await expectSame(ifNet(opset), { x: floats([2, 6], noise(12)), c: bool(c) });
    });
  }

  it('leaves the original alone and other weights inside', () => {
    const model = convNet(13);
    const live = parametersAsInputs(model, ['fc']);
    expect(live.inputs).toEqual([{ id: 'fc', inputName: 'gw', shape: [5, 64] }]);
    expect(listLayers(live.model).layers.map((layer) => layer.id)).toEqual(['conv']);
    expect(listLayers(model).layers).toHaveLength(2);
    expect(() => parametersAsInputs(model, ['nope'])).toThrow(/"nope"/);
  });

  // mnist-8 has a weight behind Reshape and is of IR 3, the digits are of today.
  testOnModels(['digits.onnx', 'mnist-8.onnx'], 'the same, up to the fusions that onnxruntime makes for constants only', async (file) => {
    const { live, plain } = await runBoth(readModel([file]), {
      [file.name === 'mnist-8.onnx' ? 'Input3' : 'image']: floats([1, 1, 28, 28], noise(784)),
    });
    const [output = ''] = Object.keys(plain);
    expect(plain[output]).toHaveLength(10);
    const errors = plain[output]?.map((value, i) => Math.abs(value - (live[output]?.[i] ?? Number.NaN)));
    expect(Math.max(...(errors ?? [Number.NaN]))).toBeLessThan(1e-5);
  });
});
