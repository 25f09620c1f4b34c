import { expect, test } from 'vitest';
import { listLayers } from '../../onnx/layers';
import { readModel } from '../../onnx/read';
import { sharedModel, sharedModels } from '../../onnx/testing/models';
import { createRuntime } from '../../runtime/runtime';
import { observeShapes } from './shapes';

const job = { signal: new AbortController().signal, onProgress: () => {} };
const names = sharedModels().filter((n) => /^(ppocr_cls|silero_vad_v5|magika)/.test(n));

test.each(names)('one run tells shapes that %s does not', async (name) => {
  const model = readModel([sharedModel(name)]);
  const unknown = listLayers(model).layers.filter((l) => l.macs === null).length;
  const shown = await observeShapes(model, createRuntime({ device: null }), job);
  expect(shown).not.toBeNull();
  const left = shown ? listLayers(shown).layers.filter((l) => l.macs === null && !l.inSubgraph).length : unknown;
  expect(left).toBe(0);
});
