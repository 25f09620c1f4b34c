import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeModel } from '../onnx/write';
import { convNet, matmulNet } from '../onnx/testing/fixtures';
import { loaded } from '../base/stored-bytes';
import { compare, openModel, optimize, WhittleError, type Model } from './index';

const EIGHT = { version: 1, target: 'wasm', passes: [{ id: 'quantize-weights' }] } as const;

let folder = '';
let models: Model[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'whittle-library-'));
});
afterEach(async () => {
  await Promise.all(models.map((model) => model.close()));
  models = [];
  rmSync(folder, { recursive: true });
});

async function opened(...input: Parameters<typeof openModel>): Promise<Model> {
  const model = await openModel(...input);
  models.push(model);
  return model;
}

function bytesOf(model: Parameters<typeof writeModel>[0]): Buffer<ArrayBuffer> {
  return Buffer.concat(writeModel(model).map((chunk) => loaded(chunk)));
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'done',
    (thrown: unknown) => (thrown instanceof WhittleError ? thrown.code : String(thrown)),
  );
}

test('two models at once, from bytes and from a path: each has a file of its own', async () => {
  const path = join(folder, 'net.onnx');
  writeFileSync(path, bytesOf(convNet(13)));
  const [one, other] = await Promise.all([opened(path), opened(bytesOf(matmulNet(13, 64, 32)))]);
  expect([one.summary.name, one.layers.length > 0, other.summary.name]).toEqual(['net.onnx', true, 'model.onnx']);
  const said: string[] = [];
  const [small, packed] = await Promise.all([
    optimize(one, { recipe: EIGHT, onProgress: ({ step }) => said.push(step) }),
    optimize(other, { recipe: EIGHT, score: false }),
  ]);
  expect(new Set(said)).toEqual(new Set(['Running the recipe', 'Running original and result side by side', 'Comparing outputs']));
  expect(small.figures).toMatchObject({ model: { name: 'net.onnx' }, before: { bytes: one.summary.bytes }, agreement: { of: 'file' } });
  expect(packed.figures).toMatchObject({ model: { name: 'model.onnx' }, agreement: null });
  expect((await packed.bytes()).length).toBe(packed.blob.size);
  const out = join(folder, 'small.onnx');
  await small.save(out);
  expect(readFileSync(out)).toEqual(Buffer.from(await small.bytes()));
  expect(readdirSync(folder).toSorted()).toEqual(['net.onnx', 'small.onnx']);
  const compared = await compare(one, out);
  expect(compared).toMatchObject({ before: { bytes: one.summary.bytes }, after: { bytes: small.blob.size }, agreement: { samples: 16 } });
  expect(compared.agreement?.maxAbs).toBeGreaterThan(0);
});

test('a signal stops a call and leaves the model usable', async () => {
  const model = await opened(bytesOf(convNet(13)));
  const stop = new AbortController();
  const stopped = optimize(model, { recipe: EIGHT, signal: stop.signal, onProgress: () => stop.abort() });
  expect(await codeOf(stopped)).toBe('aborted');
  expect(await codeOf(openModel(bytesOf(convNet(13)), { signal: AbortSignal.abort() }))).toBe('aborted');
  expect((await optimize(model, { recipe: EIGHT, score: false })).figures.after.bytes).toBeGreaterThan(0);
});

test('what is wrong is told by code, and nothing is written', async () => {
  const model = await opened(bytesOf(convNet(13)));
  expect(
    await Promise.all([
      codeOf(openModel(join(folder, 'none.onnx'))),
      codeOf(openModel(folder)),
      codeOf(openModel(new TextEncoder().encode('hello'))),
      codeOf(optimize(model, {})),
      codeOf(optimize(model, { recipe: EIGHT, best: '4-bit' })),
      codeOf(optimize(model, { best: 'small' })),
      codeOf(optimize(model, { recipe: EIGHT, data: join(folder, 'none') })),
      codeOf(optimize(model, { recipe: EIGHT, data: join(folder, 'card.json') })),
      codeOf(compare(model, bytesOf(matmulNet(13, 8, 4)))),
    ]),
  ).toEqual(['bad-model', 'bad-model', 'not-onnx', 'bad-recipe', 'bad-recipe', 'bad-recipe', 'bad-data', 'bad-card', 'bad-model']);
  const wide = await opened(bytesOf(matmulNet(13, 64, 32)));
  await expect(compare(wide, bytesOf(matmulNet(13, 8, 4)))).rejects.toThrow(
    /"model\.onnx" takes "x" as float32 \[.*64\]; "model\.onnx" as float32 \[.*8\]/,
  );
  const small = await optimize(model, { recipe: EIGHT, score: false });
  await expect(small.save(join(folder, 'no', 'such.onnx'))).rejects.toThrow('ENOENT');
  expect(readdirSync(folder)).toEqual([]);
});
