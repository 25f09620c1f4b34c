import { describe, expect, it } from 'vitest';
import { decodeText, encodeText, readableText } from './text';
import { listLayers } from './layers';
import { makeNode } from './nodes';
import { readModel } from './read';
import { makeModel, weight } from './testing/fixtures';
import { concatChunks, writeModel } from './write';

describe('text of any bytes', () => {
  it('comes back as the bytes it was, and no two byte strings read alike', () => {
    const cases = [
      [0xb5, 0xa5],
      [0xb5, 0xa6],
      [0x41, 0xc3, 0xbc, 0xff],
      [0xed, 0xb2, 0xb5],
      [0xc0, 0x80],
      [0xf4, 0x90, 0x80, 0x80],
      [0xe6, 0x97],
      [0xef, 0xbb, 0xbf],
      [0, 0x80],
    ];
    const texts = cases.map((bytes) => decodeText(Uint8Array.from(bytes)));
    expect(new Set(texts).size).toBe(cases.length);
    expect(texts.map((text) => Array.from(encodeText(text)))).toEqual(cases);
    let state = 1;
    for (let round = 0; round < 2000; round++) {
      const bytes = Uint8Array.from({ length: round % 9 }, () => (state = (state * 48271) % 2147483647) & 0xff);
      expect([...encodeText(decodeText(bytes))]).toEqual([...bytes]);
    }
  });
  it('is shown with its bytes', () => {
    expect(readableText(decodeText(Uint8Array.of(0x77, 0xb5, 0xa5, 0x31)))).toBe('w%B5%A51');
  });
});

describe('names that are not UTF-8', () => {
  const first = decodeText(Uint8Array.of(0x77, 0xb5, 0xa5));
  const second = decodeText(Uint8Array.of(0x77, 0xb5, 0xa6));
  const model = makeModel({
    opset: 13,
    inputs: [['x', [1, 4]]],
    outputs: [['y', [1, 4]]],
    weights: [weight(first, [4, 4], 1), weight(second, [4, 4], 2)],
    nodes: [makeNode('MatMul', ['x', first], [`a${first}`]), makeNode('MatMul', [`a${first}`, second], ['y'])],
  });
  const bytes = concatChunks(writeModel(model));
  it('stay two, and are written as they were', () => {
    expect(Buffer.from(bytes).includes(Buffer.from([0x77, 0xb5, 0xa5]))).toBe(true);
    const read = readModel([{ name: 'm.onnx', bytes }]);
    expect(read.proto.graph?.initializer.map((tensor) => tensor.name)).toEqual([first, second]);
    expect(concatChunks(writeModel(read))).toEqual(bytes);
  });
  it('give layers whose ids can be written in a link', () => {
    expect(listLayers(readModel([{ name: 'm.onnx', bytes }])).layers.map(({ id }) => id)).toEqual(['aw%B5%A5', 'y']);
  });
});
