import { expect } from 'vitest';
import { listLayers } from '../../onnx/layers';
import { readModel } from '../../onnx/read';
import { testOnModels } from '../../onnx/testing/models';
import { createWebRuntime } from '../../runtime/web/index';
import { observeShapes } from './shapes';

const job = { signal: new AbortController().signal, onProgress: () => {} };

testOnModels(['ppocr_cls.onnx', 'silero_vad_v5.onnx', 'magika.onnx'], 'one run tells shapes that the file does not', async (file) => {
  const model = readModel([file]);
  const unknown = listLayers(model).layers.filter((l) => l.macs === null).length;
  const shown = await observeShapes(model, createWebRuntime({ device: null }), job);
  expect(shown).not.toBeNull();
  const left = shown ? listLayers(shown).layers.filter((l) => l.macs === null && !l.inSubgraph).length : unknown;
  expect(left).toBe(0);
});
