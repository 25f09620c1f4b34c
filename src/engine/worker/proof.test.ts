/** Planted faults: whatever goes wrong between the opened file and the written one, somebody notices. */
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import type { ModelProto } from 'onnx-buf';
import {
  ModelProtoSchema,
  OperatorSetIdProtoSchema,
  StringStringEntryProtoSchema,
  TensorProto_DataLocation,
  ValueInfoProtoSchema,
} from 'onnx-buf';
import { expect, test, vi } from 'vitest';
import { cloneForEdit } from '../../onnx/clone';
import { bytesOf, readFloats } from '../../onnx/tensor';
import { makeModel, matmulNet, weight } from '../../onnx/testing/fixtures';
import { makeNode } from '../../onnx/nodes';
import type { Recipe } from '../../recipe/types';
import { exportModel } from './export';
import { exportProven, prove } from './proof';
import { answeredData, bench, job, recipe } from './testing/perceptron';
import { openOnCpu } from './testing/bench';
import { Workbench } from './workbench';
import { createCpuCompute } from '../../compute/index';
import { createWebRuntime } from '../../runtime/web/index';
import { noSamples } from './calibrate';
import { openDocument } from './document';

/** x [1,3,6,6] -> Conv with bias -> BatchNormalization -> y. */
function normNet() {
  const variance = weight('variance', [4], 6);
  variance.rawData = bytesOf(readFloats(variance).map((value) => value * value + 0.5));
  return makeModel({
    opset: 13,
    inputs: [['x', [1, 3, 6, 6]]],
    outputs: [['y', [1, 4, 4, 4]]],
    weights: [
      weight('cw', [4, 3, 3, 3], 1),
      weight('cb', [4], 2),
      weight('scale', [4], 3),
      weight('shift', [4], 4),
      weight('mean', [4], 5),
      variance,
    ],
    nodes: [makeNode('Conv', ['x', 'cw', 'cb'], ['c']), makeNode('BatchNormalization', ['c', 'scale', 'shift', 'mean', 'variance'], ['y'])],
  });
}

const eight = recipe({ id: 'quantize-weights', options: { bits: 8 } });

/** The recipe's file, edited behind the studio's back, and what is found. */
async function tampered(b: Workbench, wanted: Recipe, edit: (proto: ModelProto) => void): ReturnType<typeof prove> {
  const { blob } = await exportModel(b, wanted, job);
  const proto = fromBinary(ModelProtoSchema, new Uint8Array(await blob.arrayBuffer()));
  edit(proto);
  return prove(b, null, wanted, new Blob([toBinary(ModelProtoSchema, proto)]), job);
}

function initializer({ graph }: ModelProto, name: string) {
  const tensor = graph?.initializer.find((entry) => entry.name === name);
  if (!tensor) throw new Error(`no ${name}`);
  return tensor;
}

test('a good file: loaded, run beside the opened one, equal to the studio', async () => {
  const { proof } = await exportProven(await bench(), null, eight, job);
  expect(proof).toMatchObject({
    loaded: true,
    ran: true,
    runnable: true,
    reason: null,
    inputs: { count: 4, madeUp: '"x" uniform from -1 to 1' },
    nonFinite: [],
    studio: { ok: true },
    lossless: null,
    faults: [],
  });
  expect(proof.difference?.maxAbs).toBeGreaterThan(1e-4);
  const b = await bench();
  const data = await answeredData(b, 8);
  expect((await exportProven(b, data, recipe(), job)).proof).toMatchObject({
    inputs: { count: 4, madeUp: null },
    difference: { maxAbs: 0 },
  });
});

test('0.1 on a bias', async () => {
  const proof = await tampered(await bench(), eight, (proto) => {
    const bias = initializer(proto, 'b2');
    const values = readFloats(bias);
    values[3] = (values[3] ?? 0) + 0.1;
    bias.rawData = bytesOf(values);
  });
  expect(proof.studio?.ok).toBe(false);
  expect(proof.faults[0]).toMatch(/does not compute what the studio computes.*off by 0\.1/);
});

test('a scale is lost', async () => {
  const proof = await tampered(await bench(), recipe({ id: 'quantize-weights', options: { bits: 8, storage: 'dequantize' } }), (proto) => {
    const node = proto.graph?.node.find((entry) => entry.opType === 'DequantizeLinear');
    const scale = initializer(proto, node?.input[1] ?? '');
    scale.rawData = bytesOf(readFloats(scale).fill(1));
  });
  expect(proof.faults[0]).toMatch(/does not compute what the studio computes/);
});

test('a node that is gone', async () => {
  const lost = tampered(await bench(), eight, (proto) => {
    if (proto.graph) proto.graph.node = proto.graph.node.filter((node) => node.opType !== 'Relu');
  });
  await expect(lost).rejects.toMatchObject({
    code: expect.stringMatching(/export-failed/),
    message: expect.stringMatching(/though the opened one does/),
  });
});

test('an output under another name, an input that is gone', async () => {
  const proof = await tampered(await bench(), eight, ({ graph }) => {
    for (const node of graph?.node ?? []) node.output = node.output.map((name) => (name === 'y' ? 'z' : name));
    for (const output of graph?.output ?? []) output.name = 'z';
  });
  expect(proof.faults).toContain('The output "y" is missing.');
  const b = await bench();
  b.doc.model.proto.graph?.input.push(create(ValueInfoProtoSchema, { name: 'level' }));
  expect((await prove(b, null, recipe(), (await exportModel(await bench(), recipe(), job)).blob, job)).faults).toEqual([
    'The input "level" is missing.',
  ]);
});

test('channels of a fold are swapped', async () => {
  const b = await openOnCpu(normNet());
  const wanted = recipe({ id: 'fold-batchnorm' });
  expect((await exportProven(b, null, wanted, job)).proof).toMatchObject({ lossless: { ok: true }, faults: [] });
  const run = b.graphRun.bind(b);
  vi.spyOn(b, 'graphRun').mockImplementation(async (...given: Parameters<typeof run>) => {
    const real = await run(...given);
    const base = cloneForEdit(real.base);
    const bias = base.proto.graph?.node.find((node) => node.opType === 'Conv')?.input[2] ?? '';
    const tensor = initializer(base.proto, bias);
    tensor.rawData = bytesOf(readFloats(tensor).toReversed());
    return { ...real, base };
  });
  const { blob } = await exportModel(b, wanted, job);
  const proof = await prove(b, null, wanted, blob, job);
  expect(proof.lossless?.ok).toBe(false);
  expect(proof.faults[0]).toMatch(/Passes that lose nothing changed what the model computes/);
});

test('weights in a file of their own: the opened bytes are run, whatever the studio read from them', async () => {
  const { proto } = matmulNet(13, 8, 4);
  const { graph } = proto;
  const tensor = weight('w', [8, 4], 5);
  const data = tensor.rawData;
  Object.assign(tensor, {
    rawData: new Uint8Array(),
    dataLocation: TensorProto_DataLocation.EXTERNAL,
    externalData: [create(StringStringEntryProtoSchema, { key: 'location', value: 'parts/w.bin' })],
  });
  if (graph) Object.assign(graph, { node: graph.node.filter((node) => node.opType !== 'Constant'), initializer: [tensor] });
  const runtime = createWebRuntime({ device: null });
  const files = [
    { path: 'net/model.onnx', blob: new Blob([toBinary(ModelProtoSchema, proto)]) },
    { path: 'net/parts/w.bin', blob: new Blob([data]) },
  ];
  const doc = await openDocument(files, () => Promise.resolve(runtime), job);
  const b = new Workbench(doc, { compute: createCpuCompute(), gpu: null, runtime, fallbackReason: null, lost: job.signal }, noSamples);
  expect((await exportProven(b, null, recipe(), job)).proof).toMatchObject({ ran: true, difference: { maxAbs: 0 }, faults: [] });
  const misread = initializer(doc.model.proto, 'w');
  misread.rawData = misread.rawData.toReversed();
  expect((await exportProven(b, null, recipe(), job)).proof.difference?.maxAbs).toBeGreaterThan(0.1);
});

test('a large model is not run unasked: the written file is loaded alone', async () => {
  const small = await bench();
  const b = new Workbench({ ...small.doc, large: true }, small.platform);
  const { proof } = await exportProven(b, null, eight, job);
  expect(proof).toMatchObject({
    loaded: true,
    ran: false,
    runnable: true,
    reason: expect.stringMatching(/none is run unasked/),
    difference: null,
    faults: [],
  });
});

test('a model that does not run here: its file is written, and why nothing ran is said', async () => {
  const nodes = [makeNode('MatMul', ['x', 'w'], ['h']), Object.assign(makeNode('Unheard', ['h'], ['y']), { domain: 'ai.example' })];
  const model = makeModel({ opset: 13, inputs: [['x', [2, 8]]], outputs: [['y', [2, 4]]], weights: [weight('w', [8, 4], 1)], nodes });
  model.proto.opsetImport.push(create(OperatorSetIdProtoSchema, { domain: 'ai.example', version: 1n }));
  const b = await openOnCpu(model);
  const { proof, bytes } = await exportProven(b, null, eight, job);
  expect(bytes).toBeGreaterThan(0);
  expect(proof).toMatchObject({
    loaded: false,
    ran: false,
    runnable: false,
    reason: expect.stringMatching(/^the opened one does not run here: Loading the model failed/),
    faults: [],
  });
});
