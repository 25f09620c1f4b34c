import { toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema } from 'onnx-buf';
import { describe, expect, it } from 'vitest';
import { tensorsOf } from './graph';
import { readModel } from './read';
import { sharedModel, sharedModels } from './testing/models';
import { concatChunks, writeModel } from './write';

describe('real models', () => {
  // `each` over an empty list leaves a suite without tests, which vitest fails; the notice of sharedModels says why it is empty.
  const names = sharedModels();
  it.skipIf(names.length === 0)('are there', () => expect(names).toHaveLength(9));
  for (const name of names) {
    it(`${name} comes out byte for byte, sharing its large tensors`, () => {
      const file = sharedModel(name);
      const chunks = writeModel(readModel([file]));
      expect(Buffer.compare(concatChunks(chunks), file.bytes)).toBe(0);
      const copied = chunks.filter((chunk) => chunk.buffer !== file.bytes.buffer).reduce((sum, chunk) => sum + chunk.length, 0);
      const shared = [...tensorsOf(readModel([file]).proto)].reduce((sum, { rawData }) => sum + (rawData.length >= 4096 ? rawData.length : 0), 0);
      expect(copied).toBe(file.bytes.length - shared);
      expect(toBinary(ModelProtoSchema, readModel([file]).proto).length).toBe(file.bytes.length);
    });
  }
});
