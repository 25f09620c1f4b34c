import { untilAborted } from '../../base/abort';
import type { Job } from '../../base/job';
import { gzipSize } from '../../measure/size';
import { findLayers } from '../../onnx/layers';
import { encodeFloats, readFloats } from '../../onnx/tensor';
import type { CompressedSize, Sizes } from '../protocol/index';
import type { Compressor } from './compressor';
import type { ExportedParts } from './export';
import { sourceBlob } from './document';
import type { Workbench } from './workbench';

/**
 * Quality 11 compresses a third of a megabyte a second, 9 two, 5 six. The files are compressed as a static host would, where that takes
 * seconds; layers by themselves only have to compare with each other.
 */
const QUALITIES = [
  { upTo: 6 * 2 ** 20, files: 11, layers: 9 },
  { upTo: 48 * 2 ** 20, files: 9, layers: 9 },
  { upTo: Infinity, files: 5, layers: 5 },
] as const;
/** Beyond this time nothing more is compressed with brotli. */
const BUDGET_MS = 90_000;

/**
 * Sizes of both files and of each layer's bytes, raw, after gzip and after brotli; the files first, then the largest layers. Both sides
 * are compressed alike. `start` makes the compressor, which is ended with the job.
 */
export async function measureSizes(
  bench: Workbench,
  { exported, parts }: ExportedParts,
  start: () => Compressor,
  job: Job,
  budgetMs = BUDGET_MS,
): Promise<Sizes> {
  const { model } = bench.doc;
  const { files, layers: single } = QUALITIES.find(({ upTo }) => model.bytes <= upTo) ?? QUALITIES[2];
  const layers = findLayers(model).sources.toSorted((a, b) => b.layer.bytes - a.layer.bytes);
  const startedAt = Date.now();
  const total = layers.length + 2;
  const compressor = start();
  const spent = AbortSignal.timeout(budgetMs);
  const either = AbortSignal.any([spent, job.signal]);
  let complete = true;
  let done = 0;

  const compress = async (data: Blob, gzipBytes: number | null, quality: number, stage: string): Promise<CompressedSize> => {
    job.signal.throwIfAborted();
    job.onProgress({ stage: `Compressing ${stage}`, done, total, startedAt });
    return { bytes: data.size, gzipBytes: gzipBytes ?? (await gzipSize(data, job.signal)), brotliBytes: await brotli(data, quality) };
  };
  const brotli = async (data: Blob, quality: number): Promise<number | null> => {
    try {
      return await untilAborted(compressor.size(data, quality), either);
    } catch (error) {
      job.signal.throwIfAborted();
      if (!spent.aborted) throw error;
      complete = false;
      return null;
    }
  };

  try {
    const after = await compress(exported.blob, exported.gzipBytes, files, exported.name);
    done += 1;
    const before = await compress(await sourceBlob(bench.doc.model), bench.doc.gzipBytes, files, model.name);
    done += 1;
    const byLayer = new Map<string, { before: CompressedSize; after: CompressedSize }>();
    for (const { layer, value } of layers) {
      const { constant } = value;
      if (!constant) continue;
      const original = await compress(new Blob([encodeFloats(layer.type, readFloats(constant))]), null, single, layer.id);
      const stored = parts.get(layer.id);
      byLayer.set(layer.id, { before: original, after: stored ? await compress(new Blob([...stored]), null, single, layer.id) : original });
      done += 1;
    }
    const inOrder = exported.layers.flatMap(({ id }) => {
      const sides = byLayer.get(id);
      return sides ? [{ id, ...sides }] : [];
    });
    return { recipe: exported.recipe, before, after, layers: inOrder, brotliQuality: { files, layers: single }, complete };
  } finally {
    compressor.end();
  }
}
