import { expect, test } from 'vitest';
import { brotliSize } from '../../measure/brotli';
import { batchNet } from '../../onnx/testing/fixtures';
import type { Recipe } from '../../recipe/types';
import type { Compressor } from './compressor';
import { exportParts } from './export';
import { measureSizes } from './sizes';
import { job, openOnCpu } from './testing/bench';

/** The compressor's work without its worker. */
function inline(log: string[] = []): () => Compressor {
  return () => ({
    size: async (data, quality) => brotliSize(new Uint8Array(await data.arrayBuffer()), quality),
    end: () => void log.push('end'),
  });
}

/** A compressor that never answers. */
function stuck(log: string[]): () => Compressor {
  return () => ({ size: () => new Promise(() => {}), end: () => void log.push('end') });
}

const recipe = (bits: number): Recipe => ({
  version: 1,
  target: 'wasm',
  passes: [{ id: 'quantize-weights', options: { bits, storage: 'packed', granularity: 'tensor' } }],
});

test('files and layers, raw, gzip and brotli; layers add up to nearly the file', async () => {
  const bench = await openOnCpu(batchNet(17));
  const parts = await exportParts(bench, recipe(4), job);
  const log: string[] = [];
  const result = await measureSizes(bench, parts, inline(log), job);
  expect(log).toEqual(['end']);
  expect(result).toMatchObject({
    complete: true,
    brotliQuality: { files: 11, layers: 9 },
    before: { bytes: bench.doc.model.bytes },
    after: { bytes: parts.exported.bytes, gzipBytes: parts.exported.gzipBytes },
  });
  expect(result.layers.map((l) => l.id)).toEqual(['first', 'second']);
  const [first, second] = result.layers;
  expect(first?.before.bytes).toBe(128 * 64 * 4);
  // 4-bit codes, a scale of two bytes and the shape; tables that both need count with the first.
  expect(second?.after.bytes).toBeGreaterThanOrEqual((64 * 16) / 2 + 2);
  expect(second?.after.bytes).toBeLessThan((64 * 16) / 2 + 32);
  expect(first?.after.bytes).toBeGreaterThanOrEqual((128 * 64) / 2 + 2);
  expect(first?.after.bytes).toBeLessThan((128 * 64) / 2 + 700);
  const sum = result.layers.reduce((n, l) => n + l.after.bytes, 0);
  expect(result.after.bytes - sum).toBeGreaterThan(0);
  expect(result.after.bytes - sum).toBeLessThan(1500);
  for (const side of [result.before, result.after, ...result.layers.flatMap((l) => [l.before, l.after])]) {
    expect(side.brotliBytes).not.toBeNull();
    expect(side.gzipBytes).toBeGreaterThan(0);
  }
});

test('a layer that no pass touched is the same on both sides', async () => {
  const bench = await openOnCpu(batchNet(17));
  const kept: Recipe = { ...recipe(4), passes: [{ id: 'quantize-weights', options: { bits: 4 }, layers: { exclude: ['second'] } }] };
  const { layers } = await measureSizes(bench, await exportParts(bench, kept, job), inline(), job);
  expect(layers[1]?.after).toEqual(layers[1]?.before);
  expect(layers[0]?.after.bytes).toBeLessThan(layers[0]?.before.bytes ?? 0);
});

test('time used up: gzip goes on, brotli is null; a cancel ends the compressor at once', async () => {
  const bench = await openOnCpu(batchNet(17));
  const parts = await exportParts(bench, recipe(4), job);
  const log: string[] = [];
  const result = await measureSizes(bench, parts, stuck(log), job, 1);
  expect(result.complete).toBe(false);
  expect(result.before.brotliBytes).toBeNull();
  expect(result.layers[0]?.before.gzipBytes).toBeGreaterThan(0);

  const controller = new AbortController();
  const running = measureSizes(bench, parts, stuck(log), { signal: controller.signal, onProgress: () => controller.abort() });
  await expect(running).rejects.toMatchObject({ name: 'AbortError' });
  expect(log).toEqual(['end', 'end']);
});
