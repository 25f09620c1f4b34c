/** The judge is a run from the input: what was kept, wherever it lay, must give the same. */
import { describe, expect, test } from 'vitest';
import { memoryShelf } from '../../artifacts/memory';
import { createArtifacts } from '../../artifacts/store';
import { toHalf } from '../../base/half';
import type { Job } from '../../base/job';
import { createCpuCompute } from '../../compute/cpu';
import type { ImageDataset } from '../../data/types';
import { findLayers, listLayers } from '../../onnx/layers';
import { makeNode } from '../../onnx/nodes';
import { readFloats } from '../../onnx/tensor';
import { makeModel, weight } from '../../onnx/testing/fixtures';
import { noise } from '../../onnx/testing/noise';
import { createOriginals } from '../../passes/originals';
import type { InputGram } from '../../passes/reconstruction/gram';
import { observeGrams, type Observed } from '../../passes/reconstruction/observe-grams';
import { StageRun } from '../../passes/reconstruction/stage-run';
import type { Calibration } from '../../passes/types';
import { createWeightStore } from '../../passes/weight-store';
import { createWebRuntime } from '../../runtime/web/index';
import { sampleSource } from './calibrate';
import { holdsWell, type Room } from './kept-values';

/** x -> conv a -> Relu -> conv b -> Add of what a made -> conv c -> conv d -> y; a batch may have any size. */
const model = makeModel({
  opset: 13,
  inputs: [['x', ['n', 3, 6, 6]]],
  outputs: [['y', null]],
  weights: [weight('wa', [8, 3, 5, 5], 1), weight('wb', [8, 8, 3, 3], 2), weight('wc', [8, 8, 3, 3], 3), weight('wd', [4, 8, 3, 3], 4)],
  nodes: [
    makeNode('Conv', ['x', 'wa'], ['a'], { pads: [2, 2, 2, 2] }),
    makeNode('Relu', ['a'], ['r']),
    makeNode('Conv', ['r', 'wb'], ['b'], { pads: [1, 1, 1, 1] }),
    makeNode('Add', ['b', 'r'], ['s']),
    makeNode('Conv', ['s', 'wc'], ['c'], { pads: [1, 1, 1, 1] }),
    makeNode('Relu', ['c'], ['t']),
    makeNode('Conv', ['t', 'wd'], ['y']),
  ],
});
const SAMPLES = 10;

/** @param size of all values: beyond float16's range it is not what they are kept as. */
function pictures(size: number): ImageDataset {
  return {
    kind: 'images',
    length: 2 * SAMPLES,
    card: {
      version: 1,
      task: 'classification',
      data: '',
      format: 'npy',
      input: { layout: 'NCHW', size: [6, 6], channels: 'RGB', scale: 1, mean: [0], std: [1] },
    },
    labels: null,
    classNames: null,
    problems: { count: 0, first: [] },
    sampleSize: 108,
    batchShape: (n) => [n, 3, 6, 6],
    read: (i, into, offset) =>
      Promise.resolve(
        into.set(
          noise(108, 100 + i).map((v) => v * size),
          offset,
        ),
      ),
    pixels: () => Promise.reject(new Error('noise has no pixels')),
  };
}

function networkOn(room: Room, job: Job, size = 1) {
  const compute = createCpuCompute();
  const runtime = createWebRuntime({ device: null });
  const platform = { compute, gpu: null, runtime, fallbackReason: null, lost: job.signal };
  const bench = { platform, artifacts: null, quickest: () => Promise.resolve(runtime.reference) };
  const source = sampleSource(bench, { version: 1, target: 'wasm', passes: [] }, { data: pictures(size), calibration: SAMPLES }, room);
  if (source === null) throw new Error('there are samples');
  const { layers } = listLayers(model);
  const tensors = new Map(findLayers(model).sources.map((s) => [s.layer.id, s.value.constant]));
  const read = (id: string): Float32Array => {
    const tensor = tensors.get(id);
    return tensor ? readFloats(tensor) : new Float32Array();
  };
  const store = createWeightStore(
    layers,
    createOriginals(layers, ({ id }) => read(id), compute, 'resident'),
    compute,
  );
  let runsFromInput = 0;
  const calibration: Calibration = {
    samples: source.samples,
    key: source.key,
    observe(probe, visit, own) {
      if (!probe.start) runsFromInput++;
      return source.observe(probe, ({ id, which }) => (which === 'original' ? store.acquireOriginal(id) : store.acquire(id)), visit, own);
    },
  };
  const observed: Observed = { present: model, original: model, layers, isChanged: (id) => store.isChanged(id), calibration, job };
  const round = (id: string): Promise<void> => store.put(id, compute.upload(read(id).map((v) => Math.round(v * 4) / 4)), null);
  return { observed, ids: layers.map(({ id }) => id), round, counts: () => runsFromInput };
}

const job: Job = { signal: new AbortController().signal, onProgress: () => {} };
const roomOf = (bytes: number, diskBytes = 0, disk: Room['disk'] = null): Room => ({ bytes, diskBytes, disk });
const ample = (): Room => roomOf(2 ** 30);
const onDisk = (): Room => roomOf(0, 2 ** 30, createArtifacts(Promise.resolve(memoryShelf())));
const forgetful = (): Room => roomOf(0, 2 ** 30, { put: async () => {}, get: () => Promise.resolve(null), remove: async () => {} });

/** Of each layer, observed in stages, with the layers before it rounded. */
async function gramsIn(room: Room, size = 1): Promise<{ grams: InputGram[]; fresh: InputGram[]; runsFromInput: number }> {
  const { observed, ids, round, counts } = networkOn(room, job, size);
  const run = new StageRun(observed);
  const [grams, fresh]: InputGram[][] = [[], []];
  let runsFromInput = 0;
  for (const [at, id] of ids.entries()) {
    const wanted = { ids: [id], centred: new Set(ids), from: 'present' as const };
    const before = counts();
    const found = (await run.grams(wanted, ids.slice(at + 1))).get(id);
    runsFromInput += counts() - before;
    const again = (await observeGrams(observed, wanted)).grams.get(id);
    if (!found || !again) throw new Error('no gram');
    grams?.push(found);
    fresh?.push(again);
    await round(id);
  }
  run.release();
  return { grams: grams ?? [], fresh: fresh ?? [], runsFromInput };
}

function driftOf({ drift }: InputGram): Float64Array | undefined {
  return drift?.of === 'columns' ? drift.cross : drift?.sums;
}

function spreadOf({ centred }: InputGram): Float64Array | undefined {
  return centred?.spread.of === 'columns' ? centred.spread.gram : centred?.spread.squares;
}

/** Largest difference, as a part of the largest entry. */
function apart(a: InputGram, b: InputGram): number {
  const each = [
    [a.gram, b.gram],
    [driftOf(a), driftOf(b)],
    [spreadOf(a), spreadOf(b)],
    [a.centred?.means.present, b.centred?.means.present],
  ] as const;
  return Math.max(
    ...each.map(([one, other]) => {
      expect(one?.length).toBe(other?.length);
      const most = other?.reduce((m, v) => Math.max(m, Math.abs(v)), 0) ?? 1;
      return (one?.reduce((m, v, i) => Math.max(m, Math.abs(v - (other?.[i] ?? 0))), 0) ?? 0) / most;
    }),
  );
}

describe('Gram matrices of both networks, stage by stage', () => {
  test.each([
    // What float32 sums of the same batches leave.
    ['in memory', ample, 1, 1e-6, 2],
    // A float16 has 11 bits: sums over the samples are right to some thousandths at worst.
    ['no room in memory: float16 on the disk', onDisk, 1, 3e-3, 2],
    ['beyond float16: float32 on the disk', onDisk, 1e5, 1e-6, 3],
    ['no room at all: from the input', () => roomOf(0), 1, 1e-6, 4],
    ['a disk that keeps nothing: from the input after a failed start', forgetful, 1, 1e-6, 4],
  ])('%s', async (_name, room, size, tolerance, runsFromInput) => {
    const given = room();
    const { bytes, diskBytes } = given;
    const found = await gramsIn(given, size);
    expect(given).toMatchObject({ bytes, diskBytes });
    expect(found.grams).toHaveLength(4);
    for (const [at, gram] of found.grams.entries()) {
      const fresh = found.fresh[at];
      if (fresh) expect(apart(gram, fresh)).toBeLessThan(tolerance);
    }
    expect(found.runsFromInput).toBe(runsFromInput);
  });

  test('no more is held than there is room for', async () => {
    const room = roomOf(5000, 2 ** 30, createArtifacts(Promise.resolve(memoryShelf())));
    const left: number[] = [];
    const { observed, ids, round } = networkOn(room, { ...job, onProgress: () => left.push(room.bytes) });
    const run = new StageRun(observed);
    for (const [at, id] of ids.entries()) {
      await run.grams({ ids: [id], centred: new Set(), from: 'present' }, ids.slice(at + 1));
      await round(id);
    }
    run.release();
    expect(Math.min(...left)).toBeGreaterThanOrEqual(0);
    expect(Math.min(...left)).toBeLessThan(5000);
    expect(room).toMatchObject({ bytes: 5000, diskBytes: 2 ** 30 });
  });
});

test('a stopped run ends within a batch, and gives back what it took', async () => {
  const stop = new AbortController();
  const room = ample();
  const { bytes } = room;
  let batches = 0;
  const { observed, ids } = networkOn(room, {
    signal: stop.signal,
    onProgress: () => {
      batches++;
      stop.abort();
    },
  });
  const run = new StageRun(observed);
  await expect(run.grams({ ids: ids.slice(0, 1), centred: new Set(), from: 'present' }, ids.slice(1))).rejects.toThrow(/abort/i);
  expect(batches).toBe(1);
  expect(room.bytes).toBe(bytes);
});

const halves = (...values: number[]): Uint16Array => Uint16Array.from(values, toHalf);

const many = (value: number): number[] => Array.from({ length: 100 }, () => value);

test('float16 is refused beyond its range, and where it has few bits', () => {
  expect(holdsWell(halves(...many(-3), 0, 65504))).toBe(true);
  expect(holdsWell(halves(...many(1), 70000))).toBe(false);
  expect(holdsWell(halves(...many(1), Number.NaN))).toBe(false);
  expect(holdsWell(halves(...many(1e-6), 0.5))).toBe(false);
  expect(holdsWell(halves(...many(0)))).toBe(false);
});
