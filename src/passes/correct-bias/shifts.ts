import type { NodeProto } from 'onnx-buf';
import { uniqueNames, valueInfo } from '../../onnx/graph';
import { opsetOf } from '../../onnx/nodes';
import { openCut } from '../../onnx/probe';
import { DataType } from '../../onnx/tensor';
import { ChannelReducer } from '../channel-statistics';
import { addTwin } from '../hessian/twin';
import type { Calibration, PassContext, Probe, ProbeWeight } from '../types';
import type { Target } from './targets';

/**
 * How far the mean of each target's output, by channel, is from that of the model before the weight passes, where every layer before it is
 * corrected already: [target][channel]. One run over the samples does it, because both networks run side by side and each target's output
 * is shifted there and then by the difference of the two means over the batch.
 * @returns null for graphs beside which no second network can be put.
 */
export async function meanShifts({ model, weights, job }: Pick<PassContext, 'model' | 'weights' | 'job'>, calibration: Calibration, targets: readonly Target[], limit: number): Promise<Float64Array[] | null> {
  const made = pairedProbe(model, weights.layers.map((l) => l.id), targets);
  if (made === null) return null;
  const count = Math.min(limit, calibration.samples);
  const shifts = targets.map(({ output }) => new Float64Array(output.channels));
  await calibration.observe(
    { ...made.probe, limit: count },
    (seen, samples) => {
      for (const [t, shift] of shifts.entries()) {
        for (const [c, difference] of (seen[made.outputs[t] ?? '']?.data ?? []).entries()) shift[c] = (shift[c] ?? 0) + (difference * samples) / count;
      }
    },
    job,
  );
  return shifts;
}

/** The original network, and after it the present one with each target's output corrected; the outputs are the corrections. */
function pairedProbe(model: PassContext['model'], layerIds: readonly string[], targets: readonly Target[]): { probe: Probe; outputs: string[] } | null {
  const cut = openCut(model, targets.map((t) => t.output.name), layerIds);
  const { graph } = cut.model.proto;
  if (!graph) return null;
  const names = uniqueNames(cut.model.proto);
  const present = [...graph.node];
  const twin = addTwin(graph, cut.inputs, names);
  if (twin === null) return null;
  const nodes: NodeProto[] = graph.node.slice(present.length);
  const reducer = new ChannelReducer(nodes, opsetOf(cut.model.proto), names);
  const targetOf = new Map(targets.map((target) => [target.output.name, target]));
  const outputOf = new Map<Target, string>();
  for (const node of present) {
    nodes.push(node);
    const [name = ''] = node.output;
    const target = targetOf.get(name);
    if (!target) continue;
    const raw = names('raw');
    node.output[0] = raw;
    const { layout, channels } = target.output;
    const shift = reducer.reduce('ReduceMean', reducer.rows(reducer.node('Sub', [raw, twin(name)]), target.output), layout);
    outputOf.set(target, reducer.node('Cast', [shift], { to: DataType.FLOAT }));
    const spread = layout === 'planes' ? reducer.reshape(shift, [channels, ...target.positions.map(() => 1)]) : shift;
    reducer.node('Sub', [raw, spread]);
    const corrected = nodes.at(-1);
    if (corrected) corrected.output[0] = name;
  }
  graph.node = nodes;
  const outputs = targets.map((target) => outputOf.get(target) ?? '');
  graph.output = outputs.map((name) => valueInfo(name, DataType.FLOAT, null));
  const sides = cut.inputs.flatMap(({ inputName, shape, layerId }): ProbeWeight[] => [
    { inputName, shape, layerId, which: 'present' },
    { inputName: twin(inputName), shape, layerId, which: 'original' },
  ]);
  return { probe: { model: cut.model, weights: sides }, outputs };
}
