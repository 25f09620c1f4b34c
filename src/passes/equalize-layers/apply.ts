import { counted } from '../../base/plural';
import type { NodeProto } from 'onnx-buf';
import { indexChannels } from '../../onnx/channels/index';
import { findLayers } from '../../onnx/layers';
import { opsetOf } from '../../onnx/nodes';
import { indexShapes } from '../../onnx/shapes';
import type { Skipped } from '../../onnx/types';
import { indexValues } from '../../onnx/values';
import { readWeights } from '../read-weights';
import type { Pass, PassContext, PassResult } from '../types';
import { absorbable } from './absorb';
import { endsOf, type End } from './ends';
import { magnitudesOf, solveFactors, type Magnitudes } from './factors';
import { jointOf } from './joints';
import { equalizeLayersMeta } from './meta';
import type { Joint } from './types';
import { applyChanges, fitsFile, type Change } from './write';

/**
 * Cross-layer equalization and absorption of high biases: rescales channels between layers joined by nothing or by positively homogeneous
 * operations, so that both sides use the same range of weights. The network computes what it did. Layers that no joint reaches are
 * listed in `skipped`. Edits the graph in place and the weights through the store. Source: Nagel et al. 2019 (arXiv 1906.04721, 4.1).
 */
export const equalizeLayers: Pass = {
  meta: equalizeLayersMeta,
  async apply(context, options): Promise<PassResult> {
    const { joints: found, skipped } = findJoints(context);
    const { joints, layers, solved } = await solve(context, found, Number(options['iterations']), skipped);
    const constants = options['absorb'] === true ? await absorbable(context, joints) : joints.map(() => null);
    const changes = joints.map((joint, j): Change => ({
      joint,
      factors: solved.factors[j] ?? new Float64Array(joint.channels).fill(1),
      constants: joint.fixed === null ? (constants[j] ?? null) : null,
    }));
    for (const [j, { producer, fixed }] of joints.entries()) {
      if (constants[j] && fixed !== null) skipped.push({ layer: producer.id, reason: `Its high biases stay: ${fixed}.` });
    }
    await applyChanges(context, layers, changes);
    const absorbed = changes.filter((c) => c.constants !== null).length;
    return {
      changed: layers.map((end) => end.id),
      skipped,
      note: noteOf(context, options['absorb'] === true, joints.length, solved.sweeps, absorbed),
    };
  },
};

interface Solved {
  readonly joints: readonly Joint[];
  readonly layers: readonly End[];
  readonly solved: ReturnType<typeof solveFactors>;
}

/** The factors of these joints, without those whose rescaled values no file could hold: they are listed, and the others solved anew. */
async function solve(context: PassContext, joints: readonly Joint[], iterations: number, skipped: Skipped[]): Promise<Solved> {
  const ends = new Map(joints.flatMap(({ producer, readers }) => [producer, ...readers.map((r) => r.end)]).map((end) => [end.id, end]));
  const layers = [...ends.values()];
  const at = new Map(layers.map((end, i) => [end.id, i]));
  const place = (id: string): number => at.get(id) ?? 0;
  const ties = joints.map(({ producer, readers }) => ({
    producer: place(producer.id),
    readers: readers.map(({ end, offset, spread }) => ({ layer: place(end.id), offset, spread })),
  }));
  const magnitudes = await readMagnitudes(context, layers);
  const solved = solveFactors(magnitudes, ties, iterations);
  const fits = joints.map((joint, j) =>
    fitsFile(joint, solved.factors[j] ?? new Float64Array(0), (end) => magnitudes[place(end.id)]?.values ?? new Float32Array(0)),
  );
  if (fits.every(Boolean)) return { joints, layers, solved };
  for (const [j, joint] of joints.entries())
    if (fits[j] !== true)
      skipped.push({ layer: joint.producer.id, reason: 'Rescaled with what follows, values would leave the range of their type.' });
  return solve(
    context,
    joints.filter((_, j) => fits[j]),
    iterations,
    skipped,
  );
}

function noteOf({ calibration }: PassContext, absorbs: boolean, joints: number, sweeps: number, absorbed: number): string {
  if (joints === 0) return 'No layers to equalize.';
  const biases = !absorbs
    ? ''
    : calibration === null
      ? ' No biases absorbed: that needs samples.'
      : ` High biases absorbed behind ${absorbed}.`;
  return `${counted(joints, 'layer')} equalized with what follows, in ${counted(sweeps, 'sweep')}.${biases}`;
}

/** All joints, and the layers that are in none with the reason. */
function findJoints(context: PassContext): { joints: Joint[]; skipped: Skipped[] } {
  const index = indexValues(context.model.proto);
  const { sources } = findLayers(context.model);
  const ends = endsOf(context, index, sources);
  const layerOf = new Map<NodeProto, string>(sources.flatMap(({ layer, uses }) => uses.map((use) => [use.node, layer.id] as const)));
  const shapes = indexShapes(index);
  const around = { index, shapes, channels: indexChannels(index, shapes, false), ends, layerOf };
  const tried = new Map([...ends].map(([id, end]) => [id, typeof end === 'string' ? end : jointOf(around, end)]));
  const opset = opsetOf(context.model.proto);
  const joints: Joint[] = [];
  for (const [id, joint] of tried) {
    if (typeof joint === 'string') continue;
    // Min broadcasts from opset 8 on.
    if (joint.ceilings.length > 0 && opset < 8) tried.set(id, 'Its output is clipped, and operator set 7 has no clip for each channel.');
    else joints.push(joint);
  }
  const reached = new Set(joints.flatMap(({ producer, readers }) => [producer.id, ...readers.map((r) => r.end.id)]));
  const selected = new Set(context.selected.map((s) => s.layer.id));
  const skipped = [...tried].flatMap(([layer, reason]) =>
    typeof reason === 'string' && selected.has(layer) && !reached.has(layer) ? [{ layer, reason }] : [],
  );
  return { joints, skipped };
}

async function readMagnitudes(context: PassContext, layers: readonly End[]): Promise<Magnitudes[]> {
  const magnitudes: Magnitudes[] = [];
  for (const end of layers) {
    context.job.signal.throwIfAborted();
    magnitudes.push(magnitudesOf(end.geometry, await readWeights(context, end.id)));
  }
  return magnitudes;
}
