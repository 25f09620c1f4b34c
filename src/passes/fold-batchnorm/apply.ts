import { counted } from '../../base/plural';
import { findLayers, type LayerSource } from '../../onnx/layers';
import { scaleChannels } from '../../onnx/operators/geometry';
import { operatorOf } from '../../onnx/operators/table';
import { geometryOf } from '../../onnx/operators/weights';
import { indexShapes } from '../../onnx/shapes';
import { holdsFloats } from '../../onnx/tensor';
import type { Skipped } from '../../onnx/types';
import { removeUnread } from '../../onnx/unread';
import { indexValues, type ValueIndex } from '../../onnx/values';
import { firstPassed } from '../../onnx/weights';
import { floatTypeOf } from '../layer-bias';
import { readWeights } from '../read-weights';
import type { Pass, PassContext, PassResult } from '../types';
import { foldBias } from './bias';
import { matchNorm, type FoldMatch } from './match';
import { foldBatchnormMeta } from './meta';

/**
 * Folds inference batch norms into the Conv, ConvTranspose, Gemm or MatMul before them, in float64: w' = w * scale per output
 * channel, b' = b * scale + shift. Edits the graph in place and the weights through the store; layer ids stay. A batch norm that
 * cannot be folded is listed in `skipped` under its own name. Source: Jacob et al. 2018 (arXiv 1712.05877, 3.2).
 */
export const foldBatchnorm: Pass = {
  meta: foldBatchnormMeta,
  async apply(context): Promise<PassResult> {
    const { model, job } = context;
    const index = indexValues(model.proto);
    const shapes = indexShapes(index);
    const { sources } = findLayers(model);
    const changed: string[] = [];
    const skipped: Skipped[] = [];
    const removed: string[] = [];
    const startedAt = Date.now();
    for (const scope of index.scopes) {
      for (const norm of scope.graph.node.filter((n) => operatorOf(n)?.normalizes === 'batches')) {
        job.signal.throwIfAborted();
        const name = norm.name || (norm.output[0] ?? '');
        job.onProgress({ stage: `Folding ${name}`, done: changed.length, total: changed.length + 1, startedAt });
        const parameters = norm.input.slice(1);
        const match = matchNorm({ index, shapes }, scope, norm);
        const folded = typeof match === 'string' ? match : await foldOne(context, index, sources, match);
        if (typeof folded === 'string') {
          skipped.push({ layer: name, reason: folded });
          continue;
        }
        changed.push(folded.layerId);
        removed.push(...parameters, ...folded.unused);
      }
    }
    removeUnread(model.proto, removed);
    const note = changed.length > 0 ? `${counted(changed.length, 'batch-norm node')} folded.` : 'No batch-norm nodes to fold.';
    return { changed, skipped, note };
  },
};

/** Folds one batch norm, or says why not before anything is edited. */
async function foldOne(
  context: PassContext,
  index: ValueIndex,
  sources: readonly LayerSource[],
  match: FoldMatch,
): Promise<{ readonly layerId: string; readonly unused: readonly string[] } | string> {
  const source = weightOf(context, sources, match);
  if (typeof source === 'string') return source;
  const write = foldBias(context, index, match);
  if (typeof write === 'string') return write;
  const geometry = geometryOf(match.producer, 1, source.uses[0]?.shape ?? []);
  if (typeof geometry === 'string') return `Which of its weights belong to a channel is not known: ${geometry}.`;
  const values = await readWeights(context, source.layer.id);
  scaleChannels(geometry, values, match.scale, null);
  const seen = floatTypeOf(index, match.scope, match.producer.input[1] ?? '');
  for (const type of [source.layer.type, seen ?? source.layer.type])
    if (!holdsFloats(type, values)) return `Its folded weights have values that ${type} does not hold.`;
  await context.weights.put(source.layer.id, context.compute.upload(values), null);
  const bias = write();
  bypass(source, match, bias.keepsNode);
  context.model.annotations.moments.set(match.norm.output[0] ?? '', match.moments);
  return { layerId: source.layer.id, unused: bias.unused };
}

/** The layer that is the producer's weight and nothing else's, or the reason against it. */
function weightOf(context: PassContext, sources: readonly LayerSource[], match: FoldMatch): LayerSource | string {
  const { producer } = match;
  const source = sources.find((s) => s.uses.some((u) => u.node === producer && u.input === 1));
  const use = source?.uses.find((u) => u.node === producer && u.input === 1);
  if (source === undefined || use === undefined) return `The weight of ${producer.opType} is not a constant.`;
  const { id } = source.layer;
  if (source.kept !== null) return `Its weight cannot change. ${source.kept}`;
  if (source.uses.length + source.others.length > 1 || source.value.isOutput)
    return `The weight "${source.layer.tensorName}" is shared with other nodes.`;
  if (!use.inOrder) return `The weight "${source.layer.tensorName}" passes through ${firstPassed(use)} before ${producer.opType} reads it.`;
  return context.selected.some((s) => s.layer.id === id) ? source : `Layer "${id}" is excluded from this pass.`;
}

/** Lets the producer give the batch norm's output itself; a node without a name is named, so that its layer keeps its id. */
function bypass(source: LayerSource, match: FoldMatch, keepsNode: boolean): void {
  const { scope, norm, producer } = match;
  producer.name ||= source.layer.id;
  if (keepsNode) return;
  scope.graph.valueInfo = scope.graph.valueInfo.filter((v) => v.name !== producer.output[0]);
  producer.output[0] = norm.output[0] ?? '';
  scope.graph.node = scope.graph.node.filter((n) => n !== norm);
}
