import type { Job } from '../base/job';
import { countZeros } from '../compute/operations/count-below';
import { errorSums } from '../compute/operations/error-sums';
import type { Compute } from '../compute/types';
import { storedFloatBytes } from '../onnx/encode/floats';
import { codesPerByte, planesOf } from '../onnx/encode/planes';
import type { Layer, OnnxModel, StoredForm } from '../onnx/types';
import { writeModel } from '../onnx/write';
import { codesForm, isCoded } from '../passes/coded';
import type { Encoding } from '../passes/types';
import { byWaves } from '../passes/waves';
import type { LayerSketch, RecipeRun } from './run';
import type { LayerState } from './types';

const TYPE_BITS = { float32: 32, float16: 16, bfloat16: 16, float64: 64 } as const;

/** Names and nodes that decode a layer, measured on the shared models: they only matter for the smallest layers. */
const DECODE_BYTES = { eightBits: 130, packed: 60, plane: 115, dequantize: 130, matmulnbits: 120, float16: 60 } as const;

/** The state of one layer. */
export async function layerState(run: Pick<LayerSketch, 'store'>, compute: Compute, layer: Layer): Promise<LayerState> {
  const encoding = run.store.encodingOf(layer.id);
  const value = await run.store.acquire(layer.id);
  const reference = await run.store.acquireOriginal(layer.id);
  try {
    const [zeros, sums] = await Promise.all([
      compute.run(countZeros, value.handle),
      run.store.isChanged(layer.id) ? compute.run(errorSums, reference.handle, value.handle) : null,
    ]);
    const { id, op, shape, params, macs } = layer;
    return {
      id,
      op,
      shape,
      params,
      macs,
      bits: storedBits(layer, encoding),
      storage: storedForm(encoding),
      sparsity: params === 0 ? 0 : zeros / params,
      sqnrDb: sums === null || sums.noise === 0 || sums.signal === 0 ? null : 10 * Math.log10(sums.signal / sums.noise),
      bytesBefore: layer.bytes,
      bytesAfter: predictBytes(layer, encoding),
    };
  } finally {
    value.release();
    reference.release();
  }
}

/** All layers in the model's order. */
export async function layerStates(run: RecipeRun, compute: Compute, job: Job): Promise<LayerState[]> {
  const startedAt = Date.now();
  let done = 0;
  return byWaves(
    run.layers,
    (layer) => layer,
    async (layer) => {
      job.signal.throwIfAborted();
      job.onProgress({ stage: `Measuring ${layer.id}`, done, total: run.layers.length, startedAt });
      const state = await layerState(run, compute, layer);
      done++;
      return state;
    },
  );
}

/**
 * Bytes of the exported file: the graph after graph passes as it would be written, with each layer's bytes replaced by its
 * predicted ones, and the look-up tables that packed layers share.
 */
export function predictFileBytes(run: RecipeRun, states: readonly Pick<LayerState, 'bytesBefore' | 'bytesAfter'>[]): number {
  const tables = new Map<string, number>();
  for (const { id } of run.layers) {
    const encoding = run.store.encodingOf(id);
    if (!isCoded(encoding) || storedForm(encoding) !== 'packed') continue;
    const { bits, qMin } = codesForm(encoding);
    if (bits < 8) for (const plane of planesOf(bits, qMin)) tables.set(JSON.stringify(plane), 256 * codesPerByte(plane));
    // Layers of the same channels share the list of where their tables start.
    if (encoding.kind === 'codebook' && encoding.codebook.groups.channels > 1) {
      const { groups, size } = encoding.codebook;
      tables.set(`starts ${groups.channels} ${size}`, 4 * groups.channels);
    }
  }
  const shared = [...tables.values()].reduce((sum, bytes) => sum + bytes, 0);
  return states.reduce((bytes, s) => bytes + s.bytesAfter - s.bytesBefore, writtenBytes(run.model) + shared);
}

const written = new WeakMap<OnnxModel, number>();

/** Bytes of the model with its old weights; the graph of a run stays the same object while sliders move, so it is counted once. */
function writtenBytes(model: OnnxModel): number {
  const bytes = written.get(model) ?? writeModel(model).reduce((sum, chunk) => sum + chunk.length, 0);
  written.set(model, bytes);
  return bytes;
}

function storedBits(layer: Layer, encoding: Encoding | null): number {
  if (encoding === null) return TYPE_BITS[layer.type];
  return isCoded(encoding) ? codesForm(encoding).bits : 16;
}

function storedForm(encoding: Encoding | null): StoredForm {
  if (encoding === null) return 'float';
  if (encoding.kind === 'float16') return 'float16';
  return encoding.kind === 'grid' ? gridStorage(encoding) : 'packed';
}

/** A grid is packed unless another form was asked for. */
function gridStorage({ storage }: Encoding & { kind: 'grid' }): Exclude<StoredForm, 'float' | 'float16'> {
  return storage === 'float16' ? 'packed' : storage;
}

/**
 * Bytes a layer will take: codes, scales (two bytes each when packed, else four), zero points or a codebook, and the nodes that decode
 * them. Within a few percent of the file for layers beyond some kilobytes; the export gives the exact figure.
 */
export function predictBytes(layer: Layer, encoding: Encoding | null): number {
  if (encoding === null) return layer.bytes;
  if (encoding.kind === 'float16') return layer.params * 2 + DECODE_BYTES.float16;
  const { bits, qMin } = codesForm(encoding);
  const packedNodes = bits === 8 ? DECODE_BYTES.eightBits : DECODE_BYTES.packed + DECODE_BYTES.plane * planesOf(bits, qMin).length;
  if (encoding.kind === 'codebook') return Math.ceil((layer.params * bits) / 8) + storedFloatBytes(encoding.codebook.values) + packedNodes;
  const { grid } = encoding;
  const storage = gridStorage(encoding);
  const groups = grid.scales.length;
  const asymmetric = grid.qMin === 0;
  const codeBits = storage === 'dequantize' && bits > 4 ? 8 : bits;
  const scales = groups * (storage === 'packed' ? 2 : 4);
  return (
    Math.ceil((layer.params * codeBits) / 8) +
    scales +
    (asymmetric ? groups : 0) +
    (storage === 'packed' ? packedNodes : DECODE_BYTES[storage])
  );
}
