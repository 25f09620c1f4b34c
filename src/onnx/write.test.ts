import { toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema } from 'onnx-buf';
import { expect } from 'vitest';
import { loaded } from '../base/stored-bytes';
import { tensorsOf } from './graph';
import { readModel } from './read';
import { REAL_MODELS, testOnModels } from './testing/models';
import { concatChunks, writeModel } from './write';

testOnModels(REAL_MODELS, 'comes out byte for byte, sharing its large tensors', (file) => {
  const chunks = writeModel(readModel([file]));
  expect(Buffer.compare(concatChunks(chunks), file.bytes)).toBe(0);
  const copied = chunks.filter((chunk) => loaded(chunk).buffer !== file.bytes.buffer).reduce((sum, chunk) => sum + chunk.length, 0);
  const shared = [...tensorsOf(readModel([file]).proto)].reduce(
    (sum, { rawData }) => sum + (rawData.length >= 4096 ? rawData.length : 0),
    0,
  );
  expect(copied).toBe(file.bytes.length - shared);
  expect(toBinary(ModelProtoSchema, readModel([file]).proto).length).toBe(file.bytes.length);
});
