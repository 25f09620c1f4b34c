import type { TensorProto } from 'onnx-buf';
import { counted } from '../../base/plural';
import { indexChannels } from '../../onnx/channels/index';
import { groupsOf, type ChannelGroup } from '../../onnx/channels/groups';
import type { ChannelMap, ProductChannels } from '../../onnx/channels/map';
import { cutFloats, removeChannels, type Cut } from '../../onnx/channels/remove';
import { findLayers, type LayerSource } from '../../onnx/layers';
import { findParameters } from '../../onnx/parameters';
import { indexShapes } from '../../onnx/shapes';
import type { Skipped } from '../../onnx/types';
import { indexValues } from '../../onnx/values';
import type { Options } from '../options';
import { readWeights } from '../read-weights';
import type { Pass, PassContext, PassResult } from '../types';
import { pruneChannelsMeta } from './meta';
import { scoresOf, type Criterion } from './scores';
import { selectChannels, type Candidate } from './select';

/** A group that may lose channels, with how much each matters. */
interface Ranked extends Candidate {
  readonly group: ChannelGroup;
}

/**
 * Takes channels out of the graph: with them go all weights, biases and norms that belong to them, and the integers that count them. A
 * group of channels that cannot change is named with its reason; what the graph is given and gives never changes. Sources: Li et al. 2017
 * (arXiv 1608.08710), Fang et al. 2023 (arXiv 2301.12900).
 */
export const pruneChannels: Pass = {
  meta: pruneChannelsMeta,
  sketch: null,
  async apply(context, options): Promise<PassResult> {
    const { proto } = context.model;
    const index = indexValues(proto);
    const map = indexChannels(index, indexShapes(index), true);
    const { sources } = findLayers(context.model);
    // Values are of one index; the tensors of constants are the graph's own.
    const layerOf = new Map(sources.map((source) => [source.value.constant, source]));
    const makerLayer = ({ node, scope }: ProductChannels): LayerSource | undefined => {
      const weight = index.find(scope, node.input[1] ?? '');
      return weight?.constant ? layerOf.get(weight.constant) : undefined;
    };
    const skipped: Skipped[] = [];
    const ranked: Ranked[] = [];
    for (const group of groupsOf(map).filter(({ makers, channels }) => makers.length > 0 && channels > 0)) {
      const makers = group.makers.map(makerLayer);
      const reason = whyNot(context, group, makers);
      if (reason !== null) skipped.push(...namesOf(makers).map((layer) => ({ layer, reason })));
      else ranked.push({ group, ...(await candidateOf(context, options, map, group, makerLayer)) });
    }
    const chosen = selectChannels(ranked, Number(options['ratio']), Number(options['multiple']));
    const gone = withinNeeds(map, ranked, chosen);
    const parameters = findParameters(context.model);
    const cuts = removeChannels({ proto, index, map }, gone);
    const changed = await carryOver(
      context,
      cuts,
      layerOf,
      new Map(parameters.map(({ value, parameter }) => [value.constant, parameter.id])),
    );
    const all = ranked.reduce((sum, { group }) => sum + group.channels, 0);
    return {
      changed,
      skipped,
      note: `${gone.size.toLocaleString('en')} of ${counted(all, 'channel')} removed, in ${counted(ranked.length, 'group')}.`,
    };
  },
};

/** Why a group stays whole, in words; null where it may lose channels. */
function whyNot(context: PassContext, { fixed }: ChannelGroup, makers: readonly (LayerSource | undefined)[]): string | null {
  if (fixed !== null) return `Its channels stay: ${fixed}.`;
  const kept = makers.filter((source) => source === undefined || source.kept !== null);
  if (kept.length > 0) return `Its channels stay: a weight that shares them cannot change. ${kept[0]?.kept ?? ''}`.trim();
  const taken = new Set(context.selected.map(({ layer }) => layer.id));
  const excluded = makers.find((source) => source && !taken.has(source.layer.id));
  return excluded === undefined ? null : `Its channels stay: it shares them with "${excluded.layer.id}", which is excluded.`;
}

function namesOf(makers: readonly (LayerSource | undefined)[]): string[] {
  return makers.flatMap((source) => (source ? [source.layer.id] : []));
}

/** A ratio set on a layer holds for its group, the least of several, and stands apart from a ranking of all. */
async function candidateOf(
  context: PassContext,
  options: Options,
  map: ChannelMap,
  group: ChannelGroup,
  layerOf: (maker: ProductChannels) => LayerSource | undefined,
): Promise<Candidate> {
  const weightOf = async (maker: ProductChannels): Promise<Float32Array | null> => {
    context.job.signal.throwIfAborted();
    const id = layerOf(maker)?.layer.id;
    return id === undefined ? null : readWeights(context, id);
  };
  const criterion: Criterion = options['criterion'] === 'l1' || options['criterion'] === 'random' ? options['criterion'] : 'l2';
  const scores = await scoresOf(group, map, criterion, weightOf);
  const ids = new Set(namesOf(group.makers.map(layerOf)));
  const own = context.ranked.flatMap(({ layer, options: { ratio } }) => (ids.has(layer.id) ? [Number(ratio)] : []));
  const ratio = Math.min(...own);
  return { scores, alone: options['scope'] === 'global' && ratio === Number(options['ratio']) ? null : ratio };
}

/** The roots of the chosen channels, less the one that matters most wherever a value would be left without any. */
function withinNeeds(map: ChannelMap, ranked: readonly Ranked[], chosen: readonly (readonly number[])[]): Set<number> {
  const scores = new Map(ranked.flatMap(({ group, scores: own }) => group.roots.map((root, number) => [root, own[number] ?? 0] as const)));
  const gone = new Set(ranked.flatMap(({ group }, at) => (chosen[at] ?? []).map((number) => group.roots[number] ?? -1)));
  for (const { ids } of map.marked.values()) {
    const roots = Array.from(ids, (id) => map.sets.rootOf(id));
    if (roots.length === 0 || !roots.every((root) => gone.has(root))) continue;
    gone.delete(roots.reduce((best, root) => ((scores.get(root) ?? 0) > (scores.get(best) ?? 0) ? root : best)));
  }
  return gone;
}

/** Values that the store holds lose what their constants lost. Gives the layers among them. */
async function carryOver(
  context: PassContext,
  cuts: readonly Cut[],
  layerOf: ReadonlyMap<TensorProto | null, LayerSource>,
  idOf: ReadonlyMap<TensorProto | null, string>,
): Promise<string[]> {
  const changed: string[] = [];
  for (const cut of cuts) {
    const layer = layerOf.get(cut.value.constant)?.layer.id;
    const id = layer ?? idOf.get(cut.value.constant);
    if (id === undefined) continue;
    const values = cutFloats(await readWeights(context, id), cut);
    if (layer === undefined) context.weights.set(id, values);
    else {
      await context.weights.put(id, context.compute.upload(values), null);
      changed.push(id);
    }
  }
  return changed;
}
