/** An open model. */
import { statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { WhittleError } from '../base/errors';
import { reasonOf } from '../base/node/system-errors';
import { createNodeEngine, type Engine } from '../engine/node/index';
import type { Layer, ModelSummary, NamedBlob, OpenedModel, Skipped } from '../engine/protocol/index';
import { externalFiles } from './external';
import { modelBlobs } from './files';
import { NodeStudio } from './node-studio';

/** The path of an .onnx file, whose external data are found beside it, or the bytes of one. */
export type ModelInput = string | Uint8Array | Blob;

/** What `openModel` gives. Jobs on one model wait for each other; models are apart. */
export class Model {
  /** Name, size, opset, parameters, operators, inputs and outputs. */
  readonly summary: ModelSummary;
  /** Weights that passes can change: id, operator, shape, type, bytes. */
  readonly layers: readonly Layer[];
  /** What no pass can change, each with the reason. */
  readonly skipped: readonly Skipped[];
  /** @internal */
  readonly opened: OpenedModel;
  /** @internal */
  readonly engine: Engine;

  /** @internal */
  constructor(engine: Engine, opened: OpenedModel) {
    this.engine = engine;
    this.opened = opened;
    this.summary = opened.summary;
    this.layers = opened.layers;
    this.skipped = opened.skipped;
  }

  /** Frees what the model holds. What is under way on it fails. */
  async close(): Promise<void> {
    this.engine.dispose();
  }
}

/**
 * Opens a model. Close it when it is no longer needed: until then it keeps its memory, and the process.
 * @throws WhittleError `not-onnx`, `bad-model`, `unsupported-opset`, `external-data-missing`, `too-large`; `aborted` where `signal` fires.
 */
export async function openModel(input: ModelInput, options: { readonly signal?: AbortSignal } = {}): Promise<Model> {
  const files = await blobsOf(input);
  const engine = createNodeEngine();
  try {
    const studio = new NodeStudio(engine, { signal: options.signal ?? new AbortController().signal, onProgress: () => {} });
    return new Model(engine, await studio.openBlobs(files));
  } catch (thrown) {
    engine.dispose();
    throw thrown;
  }
}

/** The files of a model, itself first. Throws `bad-model`, `external-data-missing`. */
export async function blobsOf(input: ModelInput): Promise<NamedBlob[]> {
  if (typeof input !== 'string') return [{ path: 'model.onnx', blob: input instanceof Blob ? input : new Blob([new Uint8Array(input)]) }];
  const path = resolve(input);
  let isFile: boolean;
  try {
    isFile = statSync(path).isFile();
  } catch (cause) {
    throw new WhittleError('bad-model', `The model ${path} cannot be read: ${reasonOf(cause)}.`, '', { cause });
  }
  if (!isFile) throw new WhittleError('bad-model', `The model ${path} is no file.`, 'Name an .onnx file.');
  return modelBlobs([{ path, name: basename(path) }, ...externalFiles(path)]);
}
