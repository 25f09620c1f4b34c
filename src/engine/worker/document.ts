/** The open model: what does not depend on a GPU and outlives a lost one. */
import { WhittleError } from '../../base/errors';
import type { Job } from '../../base/job';
import { blobOf } from '../../base/stored-bytes';
import { gzipSize } from '../../measure/size';
import { listLayers } from '../../onnx/layers';
import { readModel } from '../../onnx/read';
import { summarize } from '../../onnx/summary';
import type { Layer, ModelSummary, NamedBytes, ReadModel, Skipped } from '../../onnx/types';
import { writeModel } from '../../onnx/write';
import type { Runtime } from '../../runtime/types';
import type { NamedBlob, OpenedModel } from '../protocol/index';
import { IN_MEMORY, type FileAccess } from './file-access';
import { observeShapes } from './shapes';

/** From this size on nothing is run or compressed that was not asked for. */
export const LARGE_BYTES = 256 * 2 ** 20;
/** Compressing is the slowest thing about opening: tens of megabytes a second. */
const GZIP_BYTES = 64 * 2 ** 20;

export interface Document {
  readonly model: ReadModel;
  readonly layers: readonly Layer[];
  readonly skipped: readonly Skipped[];
  readonly summary: ModelSummary;
  readonly sha256: string;
  readonly gzipBytes: number | null;
  readonly large: boolean;
  /** How its files were read, and those that are compared with it. */
  readonly access: FileAccess;
  /** Whether it and what is written of it are compressed for their size: nothing takes longer about either. */
  readonly compresses: boolean;
}

/**
 * Reads a dropped model. MACs of models whose file tells no shapes are learned from one run on WASM (small models only; where it
 * fails they stay null); only then is `runtime` asked for. Throws what `readModel` throws, and `too-large` above 2 GiB.
 */
export async function openDocument(
  files: readonly NamedBlob[],
  runtime: () => Promise<Runtime>,
  job: Job,
  access: FileAccess = IN_MEMORY,
  compresses = true,
): Promise<Document> {
  const startedAt = Date.now();
  const report = (stage: string, done: number): void => job.onProgress({ stage, done, total: 4, startedAt });
  report('Reading the file', 0);
  const named: NamedBytes[] = [];
  for (const file of files) {
    if (file.blob.size > access.mostBytes) {
      throw new WhittleError(
        'too-large',
        `"${file.path}" has ${file.blob.size} bytes; a browser can hold ${access.mostBytes}.`,
        'Open a smaller model.',
      );
    }
    named.push({ name: file.path, bytes: await access.bytesOf(file.blob) });
    job.signal.throwIfAborted();
  }
  const model = readModel(named);
  const { layers, skipped } = listLayers(model);
  report('Hashing', 1);
  const hash = await access.hash(model.source.bytes, job.signal);
  job.signal.throwIfAborted();
  const large = model.bytes > LARGE_BYTES;
  report('Compressing', 2);
  const gzipBytes = !compresses || model.bytes > GZIP_BYTES ? null : await gzipSize(await sourceBlob(model), job.signal);
  report('Learning shapes', 3);
  const plain: Document = { model, layers, skipped, summary: summarize(model), sha256: hash, gzipBytes, large, access, compresses };
  const shown = plain.summary.macs === null ? await observeShapes(model, await runtime(), job) : null;
  report('Opened', 4);
  if (shown === null) return plain;
  return { ...plain, layers: listLayers(shown).layers, summary: { ...plain.summary, macs: summarize(shown).macs } };
}

/** The opened bytes one after another, to be compressed. */
export function sourceBlob({ source }: ReadModel): Promise<Blob> {
  return blobOf([source.bytes, ...new Set(source.external.map(({ bytes }) => bytes))]);
}

/** The opened model in one file: the bytes themselves, or written anew with its external data inside. */
export function oneFile(model: ReadModel): Promise<Blob> {
  return blobOf(model.source.external.length === 0 ? [model.source.bytes] : writeModel(model));
}

/** What the page is told of an opened file: what can be cloned, without its bytes. */
export function describeOpened(doc: Document): OpenedModel {
  return { summary: doc.summary, layers: doc.layers, skipped: doc.skipped, sha256: doc.sha256, gzipBytes: doc.gzipBytes };
}
