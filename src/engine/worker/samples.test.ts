import { openAsBlob, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { testOnData } from '../../base/testing/real-data';
import { createCpuCompute } from '../../compute/index';
import { decodeImage } from '../../data/decode';
import { openDataset } from '../../data/index';
import { folderOf } from '../../data/testing/files';
import type { NamedBlob } from '../../data/types';
import { createWebRuntime } from '../../runtime/web/index';
import { openDocument } from './document';
import { findPreset, picture, proposeData, summaryOf } from './samples';
import { bench, job } from './testing/perceptron';
import { Workbench } from './workbench';

const SAMPLES = join(import.meta.dirname, '../../../public/samples');

async function openFile(path: string): Promise<Workbench> {
  const runtime = createWebRuntime({ device: null });
  const platform = {
    compute: createCpuCompute(),
    gpu: null,
    runtime,
    fallbackReason: 'no GPU in Node',
    lost: new AbortController().signal,
  };
  const name = path.split('/').at(-1) ?? path;
  return new Workbench(await openDocument([{ path: name, blob: await openAsBlob(path) }], () => Promise.resolve(runtime), job), platform);
}

const digits = (): Promise<NamedBlob[]> =>
  Promise.all(
    readdirSync(join(SAMPLES, 'digits')).map(async (name) => ({
      path: `digits/${name}`,
      blob: await openAsBlob(join(SAMPLES, 'digits', name)),
    })),
  );

test('digits without a card: proposed, read, the preset found on the one live session, shown', async () => {
  const b = await openFile(join(SAMPLES, 'digits.onnx'));
  const files = await digits();
  const proposal = await proposeData(b.doc.summary, files, job, decodeImage);
  expect(proposal).toMatchObject({ name: 'digits', card: { format: 'idx', data: 'digits', input: { size: [28, 28], channels: 'L' } } });
  if (proposal.card.format === 'tensors') throw new Error('digits are images');
  // As a person who chose wrongly would have it.
  const wrong = { ...proposal.card, input: { ...proposal.card.input, mean: [127.5], std: [127.5] } };
  const data = await openDataset(wrong, files);
  expect(summaryOf('digits', data, { calibration: 128, scored: null })).toMatchObject({
    samples: 2000,
    split: { calibration: 128, heldOut: 1872, scored: 1872 },
    labelled: true,
    problems: { count: 0 },
  });

  const { sessionsCreated } = b.platform.runtime;
  const found = await findPreset(b, data, 64, job);
  expect(b.platform.runtime.sessionsCreated).toBe(sessionsCreated + 1);
  expect(found.best).toMatchObject({
    preset: 'unit',
    label: '0 to 1',
    offset: 0,
    samples: 64,
    card: { format: 'idx', labels: { file: expect.any(String) }, input: { mean: [0], std: [255] } },
  });
  expect(found.best?.top1).toBeGreaterThan(95);
  expect(found.best).toBe(found.candidates[0]);
  expect(found.verdict).toContain('0 to 1: ');
  await findPreset(b, data, 8, job);
  expect(b.platform.runtime.sessionsCreated).toBe(sessionsCreated + 1);

  const shown = await picture(data, 3, 14);
  expect([shown?.width, shown?.height, shown?.data.length]).toEqual([14, 14, 784]);
  await b.destroy();
});

test('what cannot be judged is said', async () => {
  const b = await bench();
  await expect(findPreset(b, null, 8, job)).rejects.toMatchObject({ code: 'bad-data', message: 'There are no samples.' });
  await expect(picture(null, 0, 8)).rejects.toMatchObject({ code: 'bad-data' });
  const tensors = {
    kind: 'tensors',
    length: 1,
    card: { version: 1, task: 'classification', data: '', format: 'tensors', tensors: {} },
    labels: null,
    classNames: null,
    problems: { count: 0, first: [] },
    tensors: new Map(),
  } as const;
  await expect(findPreset(b, tensors, 8, job)).rejects.toMatchObject({
    message: 'Recorded inputs are fed as they are: there is no preset to find.',
  });
  expect(await picture(tensors, 0, 8)).toBe(null);
});

test('labels that belong to nothing give no preset', async () => {
  const b = await openFile(join(SAMPLES, 'digits.onnx'));
  const files = await digits();
  const { card } = await proposeData(b.doc.summary, files, job, decodeImage);
  if (card.format === 'tensors') throw new Error('digits are images');
  const data = await openDataset(card, files);
  const found = await findPreset(b, { ...data, labels: Int32Array.from({ length: data.length }, (_, k) => (k * 7919) % 10) }, 32, job);
  expect([found.best, found.told]).toEqual([null, false]);
  expect(found.verdict).toContain('No preset answers better than chance');
  await b.destroy();
});

testOnData("MNIST's raw pixels are found for mnist-8 from its folder alone", async (root) => {
  const b = await openFile(join(root, 'models/mnist-8.onnx'));
  const files = await folderOf(root, 'datasets/mnist');
  const { card } = await proposeData(b.doc.summary, files, job, decodeImage);
  const found = await findPreset(b, await openDataset(card, files), 64, job);
  expect(found.best).toMatchObject({ preset: 'raw', offset: 0, top1: 100, card: { input: { scale: 1, mean: [0], std: [1] } } });
  await b.destroy();
});
