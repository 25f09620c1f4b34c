/**
 * What the exported file would take after gzip, while nothing is written: parts of each layer are packed as the file packs them, and
 * compressed.
 */
import type { Job } from '../base/job';
import { loaded } from '../base/stored-bytes';
import type { Compute } from '../compute/types';
import { cloneForEdit } from '../onnx/clone';
import { areHalves } from '../onnx/encode/scales';
import { packPlane, planesOf, planeTable } from '../onnx/encode/planes';
import { findLayers } from '../onnx/layers';
import { clearData } from '../onnx/raw';
import { bytesOf, encodeFloats } from '../onnx/tensor';
import type { Layer, OnnxModel } from '../onnx/types';
import { writeModel } from '../onnx/write';
import { codesForm, isCoded, type Coded } from '../passes/coded';
import { byWaves } from '../passes/waves';
import type { RecipeRun } from './run';
import type { LayerState } from './types';

type Bytes = Uint8Array<ArrayBuffer>;

/** Bytes of these parts after gzip, as one stream. */
export type Gzip = (parts: readonly Bytes[]) => Promise<number>;

/** Weights (bytes) beyond which every move would cost too much: they come from the device to be compressed. */
const MOST_BYTES = 64 * 2 ** 20;
/** Elements of a layer that are compressed: that many runs of so many, spread over it. */
const SPANS = 8;
const SPAN = 8192;
/** Head and foot of a gzip stream, of which the file has one. */
const FRAME = 20;
/** Part that is left of the names and nodes that decode weights: they repeat each other. Seen on the shared models. */
const NODES = 0.3;

/**
 * Bytes after gzip of the file that `predictFileBytes` foretells; null where the model is too large to be compressed at every move. Within
 * a few percent of the written file's, 6 where nearly all is zeros (`wire.test.ts`). Reads the value of each layer once; unchanged ones
 * once a graph.
 * @param states of the run, in the model's order.
 */
export async function predictGzipBytes(
  run: RecipeRun,
  states: readonly Pick<LayerState, 'bytesAfter'>[],
  compute: Compute,
  gzip: Gzip,
  job: Job,
): Promise<number | null> {
  if (run.layers.reduce((bytes, layer) => bytes + layer.bytes, 0) > MOST_BYTES) return null;
  const samples = await byWaves(
    run.layers,
    (layer) => layer,
    (layer) => sampleOf(run, layer, compute),
  );
  let total = (await skeletonBytes(run.model, gzip)) + (await lookUpBytes(run, gzip));
  for (const [i, layer] of run.layers.entries()) {
    job.signal.throwIfAborted();
    total += await layerBytes(run, layer, states[i]?.bytesAfter ?? layer.bytes, samples[i] ?? [], gzip);
  }
  return Math.round(total);
}

/** @param sample parts of the layer's weights as they are stored. */
async function layerBytes(run: RecipeRun, layer: Layer, bytes: number, sample: readonly Bytes[], gzip: Gzip): Promise<number> {
  const encoding = run.store.encodingOf(layer.id);
  if (isCoded(encoding)) {
    const tables = tableBytes(encoding);
    const [codes, values] = [await ratioOf(sample, gzip), await ratioOf([tables], gzip)];
    const stored = Math.ceil((layer.params * storedBits(encoding)) / 8);
    return codes * stored + values * tables.length + NODES * Math.max(0, bytes - stored - tables.length);
  }
  if (run.isChanged(layer.id)) return (await ratioOf(sample, gzip)) * bytes;
  const known = unchanged.get(layer) ?? (await ratioOf(sample, gzip));
  unchanged.set(layer, known);
  return known * bytes;
}

/** What gzip leaves of layers that are as they were opened. */
const unchanged = new WeakMap<Layer, number>();

/** Parts of a layer's weights as they are stored; none where what gzip leaves of it is known. */
async function sampleOf(run: RecipeRun, layer: Layer, compute: Compute): Promise<Bytes[]> {
  const encoding = run.store.encodingOf(layer.id);
  if (isCoded(encoding)) return codesSample(await run.store.codesOf(layer.id), encoding);
  if (!run.isChanged(layer.id) && unchanged.has(layer)) return [];
  const lease = await run.store.acquire(layer.id);
  try {
    const values = await compute.download(lease.handle);
    return spansOf(values.length).map(([from, to]) => encodeFloats(encoding === null ? layer.type : 'float16', values.subarray(from, to)));
  } finally {
    lease.release();
  }
}

/** Codes as they lie in the file: bytes, or planes one after another. */
function codesSample(codes: Bytes, encoding: Coded): Bytes[] {
  const { bits, qMin } = codesForm(encoding);
  const spans = spansOf(codes.length).map(([from, to]) => codes.slice(from, to));
  if (storedBits(encoding) === 8) return spans;
  const padded = (span: Bytes): number => Math.ceil(span.length / 8) * 8;
  return planesOf(bits, qMin).flatMap((plane) => spans.map((span) => packPlane(span, plane, padded(span), qMin)));
}

/** DequantizeLinear holds codes of 4 or of 8 bits, the other forms any. */
function storedBits(encoding: Coded): number {
  const { bits } = codesForm(encoding);
  return encoding.kind === 'grid' && encoding.storage === 'dequantize' && bits > 4 ? 8 : bits;
}

/** Scales or tables of values, as they are stored. */
function tableBytes(encoding: Coded): Bytes {
  const values = encoding.kind === 'grid' ? encoding.grid.scales : encoding.codebook.values;
  return areHalves(values) ? encodeFloats('float16', values) : bytesOf(values);
}

/** Ends of the elements that stand for all: all of them where they are few. Starts are those of whole bytes. */
function spansOf(length: number): [from: number, to: number][] {
  if (length <= SPANS * SPAN) return [[0, length]];
  return Array.from({ length: SPANS }, (_, i) => {
    const from = Math.floor((i * (length - SPAN)) / (SPANS - 1) / 8) * 8;
    return [from, from + SPAN];
  });
}

async function ratioOf(parts: readonly Bytes[], gzip: Gzip): Promise<number> {
  const bytes = parts.reduce((sum, part) => sum + part.length, 0);
  return bytes === 0 ? 0 : Math.max(0, (await gzip(parts)) - FRAME) / bytes;
}

/** Bytes after gzip of the tables of what a byte of codes stands for, which layers share. */
async function lookUpBytes(run: RecipeRun, gzip: Gzip): Promise<number> {
  const tables = new Map<string, Bytes>();
  for (const { id } of run.layers) {
    const encoding = run.store.encodingOf(id);
    if (!isCoded(encoding) || storedBits(encoding) === 8 || (encoding.kind === 'grid' && encoding.storage !== 'packed')) continue;
    const { bits, qMin } = codesForm(encoding);
    for (const plane of planesOf(bits, qMin)) tables.set(JSON.stringify(plane), bytesOf(planeTable(plane)));
  }
  return tables.size === 0 ? 0 : (await gzip([...tables.values()])) - FRAME;
}

const skeletons = new WeakMap<OnnxModel, number>();

/** Bytes after gzip of all that is no layer: the graph, biases, norms. The graph of a run stays the same object while sliders move. */
async function skeletonBytes(model: OnnxModel, gzip: Gzip): Promise<number> {
  const known = skeletons.get(model);
  if (known !== undefined) return known;
  const bare = cloneForEdit(model);
  for (const {
    value: { constant },
  } of findLayers(bare).sources)
    if (constant) clearData(constant);
  const bytes = await gzip(writeModel(bare).map(loaded));
  skeletons.set(model, bytes);
  return bytes;
}
