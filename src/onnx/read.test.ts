import { create, toBinary } from '@bufbuild/protobuf';
import type { ModelProto } from 'onnx-buf';
import { ModelProtoSchema, StringStringEntryProtoSchema, TensorProto_DataLocation as Location } from 'onnx-buf';
import { describe, expect, it } from 'vitest';
import { toPlainError } from '../base/errors';
import { externalLocations } from './external';
import { readModel } from './read';
import { readFloats } from './tensor';
import { convNet } from './testing/fixtures';
import type { NamedBytes } from './types';
import { concatChunks, writeModel } from './write';

function errorOf(...files: NamedBytes[]) {
  try {
    readModel(files);
  } catch (error) {
    return toPlainError(error);
  }
  throw new Error('was accepted');
}

const text = (value: string): Uint8Array<ArrayBuffer> => new Uint8Array(new TextEncoder().encode(value));
const bytes = (...values: number[]): Uint8Array<ArrayBuffer> => Uint8Array.from(values);
const latin = (value: string): Uint8Array<ArrayBuffer> => Uint8Array.from(value, (c) => c.codePointAt(0) ?? 0);
const file = (content: Uint8Array<ArrayBuffer>, name = 'm.onnx'): NamedBytes => ({ name, bytes: content });
const encoded = (edit: (proto: ModelProto) => void, opset = 13): Uint8Array<ArrayBuffer> => {
  const { proto } = convNet(opset);
  edit(proto);
  return toBinary(ModelProtoSchema, proto);
};

const atOpset = (version: bigint): Uint8Array<ArrayBuffer> => encoded((proto) => Object.assign(proto.opsetImport[0] ?? {}, { version }));

const entry = (key: string, value: string) => create(StringStringEntryProtoSchema, { key, value });

/** The model with its third weight in another file, from byte 64 on. */
const split = (location: string): Uint8Array<ArrayBuffer> =>
  encoded((proto) => {
    const tensor = proto.graph?.initializer[2];
    if (!tensor) return;
    tensor.rawData = new Uint8Array(0);
    tensor.dataLocation = Location.EXTERNAL;
    tensor.externalData = [entry('location', location), entry('offset', '64'), entry('length', '1280')];
  });

describe('files that are no ONNX model', () => {
  const header = '{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}';
  const cases: readonly (readonly [string, Uint8Array<ArrayBuffer>, RegExp])[] = [
    ['empty', bytes(), /is empty/],
    ['TFLite', bytes(0x1c, 0, 0, 0, ...latin('TFL3'), 0x14, 0, 0x20, 0), /TensorFlow Lite/],
    ['safetensors', bytes(header.length, 0, 0, 0, 0, 0, 0, 0, ...latin(header), 0, 0, 0, 0), /safetensors/],
    ['GGUF', bytes(...latin('GGUF'), 3, 0, 0, 0), /GGUF/],
    ['PyTorch zip', bytes(...latin('PK\u0003\u0004'), 0, 0, 8, 8, ...latin('archive/data.pkl')), /PyTorch/],
    ['Keras zip', bytes(...latin('PK\u0003\u0004'), 0, 0, 8, 8, ...latin('model.weights.h5')), /Keras 3/],
    ['zip', bytes(...latin('PK\u0003\u0004'), 0, 0, 8, 8, ...latin('readme.md')), /zip archive/],
    ['Keras HDF5', latin('\u0089HDF\r\n\u001A\n\0\0'), /HDF5/],
    ['Git LFS pointer', text('version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n'), /Git LFS pointer/],
    ['HTML', text('\n <!DOCTYPE html><html><body>404</body></html>'), /web page/],
    ['text', text('hello, this is a model card'), /text file/],
    ['ORT format', bytes(0, 0, 0, 0, ...latin('ORTM'), 9, 9), /ORT-format/],
    ['noise', bytes(0, 1, 2, 3, 250, 251, 252, 253), /not an ONNX model/],
  ];
  for (const [format, content, message] of cases) {
    it(`${format} has its own message and remedy`, () => {
      const error = errorOf(file(content));
      expect(error.code).toBe('not-onnx');
      expect(error.message).toMatch(message);
      expect(error.message).toContain('"m.onnx"');
      expect(error.remedy.length).toBeGreaterThan(20);
    });
  }
  it('no two formats share a message or a remedy of their own', () => {
    const errors = cases.map(([, content]) => errorOf(file(content)));
    expect(new Set(errors.map((error) => error.message)).size).toBe(cases.length);
    expect(new Set(errors.map((error) => error.remedy)).size).toBe(cases.length);
  });
  it('a safetensors file whose first bytes read as a model that breaks off', () => {
    const error = errorOf(file(bytes(0x12, 7, 0, 0, 0, 0, 0, 0, ...latin('{"a":{}}'))));
    expect([error.code, error.message]).toEqual([
      'not-onnx',
      '"m.onnx" is a safetensors file: weights only, without the network that uses them.',
    ]);
  });
  it('nothing dropped', () => {
    expect(errorOf().code).toBe('not-onnx');
  });
});

describe('damaged models', () => {
  it('names a file that is cut short anywhere', () => {
    const whole = encoded(() => undefined);
    for (const length of [whole.length - 1, whole.length >> 1, 40]) {
      const error = errorOf(file(whole.slice(0, length)));
      expect(error.code).toBe('bad-model');
      expect(error.message).toMatch(/cut short|does not say/);
    }
  });
  it('names a model whose inside is damaged', () => {
    const whole = encoded(() => undefined);
    // The first node's input list claims more bytes than the node has.
    const at = whole.indexOf(0x0a, 20);
    whole[at + 1] = 0x7f;
    expect(errorOf(file(whole)).code).toBe('bad-model');
  });
  it('wants a graph, nodes and an operator set', () => {
    expect(errorOf(file(encoded((proto) => delete proto.graph))).message).toMatch(/no graph/);
    expect(errorOf(file(encoded((proto) => proto.graph?.node.splice(0)))).message).toMatch(/without nodes/);
    expect(errorOf(file(encoded((proto) => proto.opsetImport.splice(0)))).message).toMatch(/operator set/);
  });
  it('accepts opsets 7 to 25 only', () => {
    for (const version of [7n, 25n]) expect(readModel([file(atOpset(version))]).name).toBe('m.onnx');
    for (const version of [6n, 26n]) expect(errorOf(file(atOpset(version))).code).toBe('unsupported-opset');
  });
  it('names the tensor whose data does not fit its shape', () => {
    const short = encoded((proto) => Object.assign(proto.graph?.initializer[2] ?? {}, { rawData: new Uint8Array(12) }));
    const error = errorOf(file(short));
    expect([error.code, error.message]).toEqual(['bad-model', 'Tensor "gw" [5, 64] has 12 bytes of data instead of 1280.']);
  });
  it('refuses two models at once', () => {
    const whole = encoded(() => undefined);
    expect(errorOf(file(whole, 'a.onnx'), file(whole, 'b.onnx')).message).toMatch(/"a.onnx" and "b.onnx"/);
  });
});

/** First value of the weight that `split` moves. */
function firstOf(...files: NamedBytes[]): number | undefined {
  const tensor = readModel(files).proto.graph?.initializer[2];
  return tensor && readFloats(tensor)[0];
}

describe('external data', () => {
  const data = new Uint8Array(new Float32Array(400).map((_, i) => i).buffer);
  it('is found among the dropped files as a view, whatever their order and folder', () => {
    const weights = file(data, 'net.onnx_data');
    const model = readModel([weights, file(split('folder/net.onnx_data'), 'net.onnx')]);
    const tensor = model.proto.graph?.initializer[2];
    expect(tensor?.rawData.buffer).toBe(data.buffer);
    expect(tensor && readFloats(tensor)[0]).toBe(16);
    expect(model.bytes).toBe(split('folder/net.onnx_data').length + data.length);
    const inlined = readModel([file(concatChunks(writeModel(model)))]).proto.graph?.initializer[2];
    expect(inlined && readFloats(inlined)[319]).toBe(16 + 319);
  });
  it('names the file that is missing', () => {
    const error = errorOf(file(split('net.onnx_data'), 'net.onnx'));
    expect(error.code).toBe('external-data-missing');
    expect(error.message).toContain('"net.onnx_data"');
    expect(error.remedy).toContain('"net.onnx_data"');
  });
  it('is matched by its path, from the folder of the model first', () => {
    const other = new Uint8Array(data.length);
    const net = file(split('enc/w.bin'), 'net/m.onnx');
    expect(firstOf(file(other, 'net/dec/w.bin'), file(data, 'net/enc/w.bin'), net)).toBe(16);
    expect(firstOf(file(other, 'other/enc/w.bin'), file(data, 'net/enc/w.bin'), net)).toBe(16);
    expect(firstOf(file(other, 'dec/w.bin'), file(data, 'enc/w.bin'), file(split('./enc\\w.bin')))).toBe(16);
    expect(firstOf(file(data, 'w.bin'), file(split('/home/someone/w.bin')))).toBe(16);
    expect(firstOf(file(data, 'w.bin'), file(split('../w.bin'), 'net/m.onnx'))).toBe(16);
    expect(firstOf(file(data, 'set/w.bin'), file(split('../w.bin'), 'set/net/m.onnx'), file(other, 'set/net/w.bin'))).toBe(16);
  });
  it('is refused where several files or none at that path could be meant', () => {
    const error = errorOf(file(data, 'a/w.bin'), file(data, 'b/w.bin'), file(split('w.bin')));
    expect(error).toMatchObject({ code: 'external-data-missing' });
    expect(error.message).toMatch(/"a\/w.bin", "b\/w.bin"/);
    expect(errorOf(file(data, 'dec/w.bin'), file(split('enc/w.bin'))).message).toMatch(/"enc\/w.bin", which was not dropped/);
    expect(errorOf(file(data, 'v.bin'), file(split('/etc/w.bin'))).message).toMatch(/outside the model's folder/);
    const twice = encoded((proto) => {
      for (const [at, location] of [
        [0, 'dec/w.bin'],
        [2, 'enc/w.bin'],
      ] as const) {
        const tensor = proto.graph?.initializer[at];
        if (tensor)
          Object.assign(tensor, {
            rawData: new Uint8Array(0),
            dataLocation: Location.EXTERNAL,
            externalData: [entry('location', location)],
          });
      }
    });
    expect(externalLocations(twice)).toEqual(['dec/w.bin', 'enc/w.bin']);
    expect(errorOf(file(data, 'w.bin'), file(twice)).message).toMatch(/which is as well "dec\/w.bin"/);
  });
  it('names entries that are no place in the file', () => {
    for (const [key, value] of [
      ['offset', '-4'],
      ['offset', 'NaN'],
      ['offset', '1e3'],
      ['length', '0x500'],
      ['length', '1276'],
      ['length', ''],
      ['offset', '99999999999999999999'],
    ] as const) {
      const bad = encoded((proto) => {
        const tensor = proto.graph?.initializer[2];
        if (tensor)
          Object.assign(tensor, {
            rawData: new Uint8Array(0),
            dataLocation: Location.EXTERNAL,
            externalData: [entry('location', 'w.bin'), entry(key, value)],
          });
      });
      const error = errorOf(file(data, 'w.bin'), file(bad));
      expect([error.code, error.message]).toEqual(['bad-model', expect.stringContaining('"gw"')]);
    }
  });
  it('names a file that is too short', () => {
    expect(errorOf(file(split('d'), 'net.onnx'), file(data.slice(0, 1000), 'd'))).toMatchObject({ code: 'bad-model' });
  });
});
