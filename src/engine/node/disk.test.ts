import { create, toBinary } from '@bufbuild/protobuf';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AttributeProtoSchema,
  ModelProtoSchema,
  OperatorSetIdProtoSchema,
  SparseTensorProtoSchema,
  StringStringEntryProtoSchema,
  TensorProto_DataLocation as Location,
} from 'onnx-buf';
import type { ModelProto, TensorProto } from 'onnx-buf';
import { afterAll, describe, expect, test } from 'vitest';
import { toPlainError } from '../../base/errors';
import { blobOf, StoredBytes, type Bytes, type StoredFile } from '../../base/stored-bytes';
import { allTensorsOf } from '../../onnx/graph';
import { listLayers } from '../../onnx/layers';
import { makeNode } from '../../onnx/nodes';
import { rawBytes, rawOf } from '../../onnx/raw';
import { readModel } from '../../onnx/read';
import { summarize } from '../../onnx/summary';
import { DataType, makeTensor } from '../../onnx/tensor';
import { makeModel } from '../../onnx/testing/fixtures';
import { testOnModels } from '../../onnx/testing/models';
import { concatChunks, writeModel } from '../../onnx/write';
import { blobAt, ON_DISK, storedFile } from './disk';

const folder = mkdtempSync(join(tmpdir(), 'whittle-disk-'));
afterAll(() => rmSync(folder, { recursive: true }));

const { signal } = new AbortController();

function onDisk(bytes: Uint8Array, name = 'm.onnx'): StoredBytes {
  writeFileSync(join(folder, name), bytes);
  return new StoredBytes(storedFile(join(folder, name)));
}

/** Reads from here on count their bytes. */
function counted({ file }: StoredBytes): { bytes: StoredBytes; readonly read: number } {
  const seen = { read: 0 };
  const counting: StoredFile = { ...file, read: (target, at) => ((seen.read += target.length), file.read(target, at)) };
  return Object.assign(seen, { bytes: new StoredBytes(counting) });
}

const noise = (length: number): Uint8Array<ArrayBuffer> => Uint8Array.from({ length }, (_, at) => (at * 2654435761) >>> 13);

/** Large tensors everywhere that a message may hold one. */
function everywhere(bytes: number): ModelProto {
  const tensor = (name: string): TensorProto => makeTensor(name, DataType.UINT8, [bytes], noise(bytes));
  const model = makeModel({
    opset: 17,
    inputs: [['x', [2, 8]]],
    outputs: [['y', [2, 8]]],
    weights: [makeTensor('w', DataType.FLOAT, [100, 200], noise(80_000)), makeTensor('small', DataType.FLOAT, [8], noise(32))],
    nodes: [makeNode('Identity', ['x'], ['y']), makeNode('Constant', [], ['c'], { value: tensor('') })],
  });
  const inner = makeModel({
    opset: 17,
    inputs: [],
    outputs: [['i', [bytes]]],
    weights: [tensor('i')],
    nodes: [makeNode('Constant', [], ['d'], { value: tensor('') })],
  });
  const body = makeNode('Odd', ['c'], ['e'], {}, 'my.own');
  body.attribute.push(create(AttributeProtoSchema, { name: 'then_branch', type: 5, ...(inner.proto.graph && { g: inner.proto.graph }) }));
  body.attribute.push(create(AttributeProtoSchema, { name: 'list', type: 9, tensors: [tensor('a'), tensor('b')] }));
  model.proto.graph?.node.push(body);
  model.proto.opsetImport.push(create(OperatorSetIdProtoSchema, { domain: 'my.own', version: 1n }));
  model.proto.graph?.sparseInitializer.push(create(SparseTensorProtoSchema, { values: tensor('s'), indices: tensor('t'), dims: [9n] }));
  return model.proto;
}

/** What reading them ends in. */
function told(bytes: Bytes): unknown {
  try {
    return readModel([{ name: 'm.onnx', bytes }]).bytes;
  } catch (error) {
    return toPlainError(error);
  }
}

describe('a model on the disk', () => {
  testOnModels(
    ['digits.onnx', 'silero_vad_v5.onnx', 'squeezenet1.1.onnx'],
    'reads as it does in memory, and is written byte for byte',
    async (file) => {
      const held = readModel([file]);
      const bytes = onDisk(file.bytes);
      const model = readModel([{ name: file.name, bytes }]);
      expect(summarize(model)).toEqual(summarize(held));
      expect(listLayers(model)).toEqual(listLayers(held));
      expect(Buffer.compare(concatChunks(writeModel(model)), file.bytes)).toBe(0);
      expect(Buffer.compare(Buffer.from(await (await blobOf(writeModel(model))).arrayBuffer()), file.bytes)).toBe(0);
      const hashes = await Promise.all([bytes, file.bytes].map((each) => ON_DISK.hash(each, signal)));
      expect(hashes[0]).toBe(hashes[1]);
    },
  );

  test('leaves the data of large tensors alone, wherever they are, until they are asked for', () => {
    const proto = everywhere(300_000);
    const bytes = toBinary(ModelProtoSchema, proto);
    const source = counted(onDisk(bytes));
    const model = readModel([{ name: 'm.onnx', bytes: source.bytes }]);
    const tensors = [...allTensorsOf(model.proto)];
    expect(tensors.map(({ name }) => name)).toEqual([...allTensorsOf(proto)].map(({ name }) => name));
    expect(source.read).toBeLessThan(bytes.length / 4);
    const large = tensors.filter((tensor) => rawOf(tensor) instanceof StoredBytes);
    expect(large.length).toBe(tensors.length - 1);
    for (const tensor of large) expect(Buffer.compare(rawBytes(tensor), noise(rawOf(tensor).length))).toBe(0);
    // Nothing of it is kept: it is read each time.
    const before = source.read;
    for (const tensor of large) rawBytes(tensor);
    expect(source.read - before).toBe(large.reduce((sum, tensor) => sum + rawOf(tensor).length, 0));
  });

  test('is refused in the words that it is refused with in memory, wherever it is damaged', () => {
    const bytes = toBinary(ModelProtoSchema, everywhere(40_000));
    let refused = 0;
    for (let at = 0; at < 120; at++) {
      // Most of the file is data: places near the start, the end and between the tensors tell more.
      const place = at < 60 ? 2 * at : Math.floor((bytes.length * (at - 60)) / 60);
      const damaged = at % 3 === 0 ? bytes.slice(0, place) : bytes.slice();
      if (at % 3 > 0) damaged[place] = at % 3 === 1 ? 0xff : (damaged[place] ?? 0) ^ 0x13;
      const inMemory = told(damaged);
      expect(told(onDisk(damaged)), `${at}`).toEqual(inMemory);
      if (typeof inMemory === 'object') refused++;
    }
    expect(refused).toBeGreaterThan(50);
  });

  test('that is no model of ONNX is known by what it is, and not read', () => {
    const zip = new Uint8Array(400_000);
    zip.set(new TextEncoder().encode('PK\u0003\u0004'));
    zip.set(new TextEncoder().encode('archive/data.pkl'), 399_000);
    const source = counted(onDisk(zip));
    expect(() => readModel([{ name: 'm.onnx', bytes: source.bytes }])).toThrow(/PyTorch/);
    expect(source.read).toBeLessThan(200_000);
  });

  test('that is larger than protobuf allows is refused, unread', () => {
    const source = counted(new StoredBytes({ ...onDisk(noise(100)).file, size: 3 * 2 ** 30 }));
    expect(() => readModel([{ name: 'm.onnx', bytes: source.bytes }])).toThrow(
      '"m.onnx" has 3221225472 bytes; an ONNX file holds at most 2147483647.',
    );
    expect(source.read).toBe(0);
  });

  test('finds its external data on the disk, and is written with them inside', () => {
    const data = noise(100_000);
    const model = makeModel({
      opset: 17,
      inputs: [['x', [2, 100]]],
      outputs: [['y', [2, 240]]],
      weights: [
        makeTensor('w', DataType.FLOAT, [100, 240], data.slice(0, 96_000)),
        makeTensor('v', DataType.FLOAT, [8], data.slice(0, 32)),
      ],
      nodes: [makeNode('MatMul', ['x', 'w'], ['y'])],
    });
    const whole = concatChunks(writeModel(model));
    for (const [at, tensor] of (model.proto.graph?.initializer ?? []).entries()) {
      const entries = { location: 'w.bin', offset: at === 0 ? '1000' : '7', length: String(rawOf(tensor).length) };
      Object.assign(tensor, {
        rawData: new Uint8Array(),
        dataLocation: Location.EXTERNAL,
        externalData: Object.entries(entries).map(([key, value]) => create(StringStringEntryProtoSchema, { key, value })),
      });
    }
    const shifted = new Uint8Array(100_000);
    shifted.set(data.subarray(0, 96_000), 1000);
    shifted.set(data.subarray(0, 32), 7);
    const small = onDisk(toBinary(ModelProtoSchema, model.proto));
    const read = readModel([
      { name: 'm.onnx', bytes: small },
      { name: 'w.bin', bytes: onDisk(shifted, 'w.bin') },
    ]);
    expect(Buffer.compare(concatChunks(writeModel(read)), whole)).toBe(0);
  });
});

describe('a file of the disk', () => {
  test('that was changed, cut or replaced since it was opened is not read further', async () => {
    for (const change of [
      (path: string) => truncateSync(path, 10),
      (path: string) => writeFileSync(path, noise(60)),
      (path: string) => (rmSync(path), writeFileSync(path, noise(50))),
    ]) {
      const stored = onDisk(noise(50), 'changing');
      change(stored.file.path);
      expect(() => stored.readInto(new Uint8Array(4))).toThrow(/"changing" was changed while it was open/);
    }
  });

  test('stays where it is until its bytes are asked for', async () => {
    const { file } = onDisk(noise(100));
    const bytes = await ON_DISK.bytesOf(await blobAt(file.path));
    expect(bytes).toBeInstanceOf(StoredBytes);
    expect(bytes.length).toBe(100);
    expect(await ON_DISK.bytesOf(new Blob(['ab']))).toEqual(Uint8Array.of(97, 98));
  });
});
