import type { NodeProto } from 'onnx-buf';
import { uniqueNames, valueInfo } from '../../onnx/graph';
import { opsetOf } from '../../onnx/nodes';
import { operatorOf } from '../../onnx/operators/table';
import { openCut } from '../../onnx/probe';
import { DataType, FLOAT_TYPES } from '../../onnx/tensor';
import type { OnnxModel } from '../../onnx/types';
import { ChannelReducer } from '../channel-statistics';
import { originalNetwork } from '../original-network';
import { putBeside } from '../reconstruction/put-beside';
import { probeWeights } from '../calibration';
import type { Calibration, PassContext, Probe } from '../types';
import type { Target } from './targets';

/** Steps towards equal means behind an activation; the first step is that of the means before it. */
const STEPS = 4;
/** Added to the share of active values, so that a channel which is never active makes no endless step. */
const LEAST_ACTIVE = 0.02;

/**
 * By how much each target's output is too high, by channel, where every layer before it is corrected already: [target][channel]. What is
 * made equal to that of the model before the weight passes is the mean of the output, or the mean behind the activation where one cuts
 * negative values off: equal means before it let noise through that quantization added, and cost whole models (squeezenet1.1 at 4 bits
 * fell from 49 to 4 %). One run over the samples does it, because both networks run side by side and each output is shifted there and
 * then by what its batch says.
 * @returns null for graphs beside which no second network can be put.
 */
export async function meanShifts(
  context: Pick<PassContext, 'compute' | 'model' | 'weights' | 'job'>,
  calibration: Calibration,
  targets: readonly Target[],
  limit: number,
): Promise<readonly Float64Array[] | null> {
  const { model, weights, job } = context;
  const made = pairedProbe(
    { present: model, original: await originalNetwork(context) },
    weights.layers.map((l) => l.id),
    targets,
  );
  if (made === null) return null;
  const count = Math.min(limit, calibration.samples);
  const shifts = targets.map(({ output }) => new Float64Array(output.channels));
  await calibration.observe(
    { ...made.probe, limit: count },
    (seen, samples) => {
      for (const [t, shift] of shifts.entries()) {
        for (const [c, difference] of (seen[made.outputs[t] ?? '']?.data ?? []).entries())
          shift[c] = (shift[c] ?? 0) + (difference * samples) / count;
      }
    },
    job,
  );
  return shifts;
}

/** The original network, and after it the present one with each target's output corrected; the outputs are the corrections. */
function pairedProbe(
  networks: { readonly present: OnnxModel; readonly original: OnnxModel },
  layerIds: readonly string[],
  targets: readonly Target[],
): { probe: Probe; outputs: string[] } | null {
  const seen = targets.flatMap((t) => [t.output.name, ...t.activation.flatMap(({ output }) => output)]);
  const cut = openCut(networks.present, seen, layerIds);
  const before = openCut(networks.original, seen, layerIds);
  const { graph } = cut.model.proto;
  if (!graph || !before.model.proto.graph) return null;
  const names = uniqueNames(cut.model.proto);
  const present = [...graph.node];
  const inOriginal = putBeside(
    graph,
    before.model.proto.graph,
    before.inputs.map(({ inputName: name, shape }) => ({ name, shape, same: null })),
    names,
    false,
  );
  if (inOriginal === null) return null;
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
    const shift = shiftOf(reducer, target, raw, inOriginal);
    outputOf.set(target, reducer.node('Cast', [shift], { to: DataType.FLOAT }));
    shifted(reducer, target, raw, shift);
    const corrected = nodes.at(-1);
    if (corrected) corrected.output[0] = name;
  }
  graph.node = nodes;
  const outputs = targets.map((target) => outputOf.get(target) ?? '');
  graph.output = outputs.map((name) => valueInfo(name, DataType.FLOAT, null));
  const sides = [...probeWeights(cut.inputs, 'present'), ...probeWeights(before.inputs, 'original', inOriginal)];
  return { probe: { model: cut.model, weights: sides }, outputs };
}

function meanOf(reducer: ChannelReducer, { output }: Target, value: string): string {
  return reducer.reduce('ReduceMean', reducer.rows(value, output), output.layout);
}

/** The value less a number for each channel. */
function shifted(reducer: ChannelReducer, { output, positions }: Target, value: string, shift: string): string {
  const spread = output.layout === 'planes' ? reducer.reshape(shift, [output.channels, ...positions.map(() => 1)]) : shift;
  return reducer.node('Sub', [value, spread]);
}

/** Nodes that find a target's shift [channels] on a batch, from its uncorrected output and its counterpart in the original network. */
function shiftOf(reducer: ChannelReducer, target: Target, raw: string, inOriginal: (name: string) => string): string {
  const { activation, output, type } = target;
  const mean = (value: string): string => meanOf(reducer, target, value);
  let shift = mean(reducer.node('Sub', [raw, inOriginal(output.name)]));
  const activated = activation.at(-1)?.output[0];
  if (activated === undefined) return shift;
  const wanted = mean(inOriginal(activated));
  // Newton's method on E[f(x - shift)] = E[f(x0)]: the mean falls by the share of values that are active.
  for (let step = 0; step < STEPS; step++) {
    const before = shifted(reducer, target, raw, shift);
    let value = before;
    for (const node of activation) {
      const inner = new Set([output.name, ...activation.map((a) => a.output[0] ?? '')]);
      const read = value;
      value = reducer.copy(
        node,
        node.input.map((name) => (inner.has(name) ? read : inOriginal(name))),
      );
    }
    // Values are active where they come through as they are, neither raised to 0 nor cut off above.
    const share = (comparison: string): string =>
      mean(reducer.node('Cast', [reducer.node(comparison, [value, before])], { to: FLOAT_TYPES[type] }));
    const raised = reducer.node('Sub', [reducer.scalar(1 + LEAST_ACTIVE, type), share('Greater')]);
    const active =
      activation.length === 1 && activation[0] && operatorOf(activation[0])?.clips === 'below zero'
        ? raised
        : reducer.node('Sub', [raised, share('Less')]);
    const excess = reducer.node('Sub', [mean(value), wanted]);
    shift = reducer.node('Add', [shift, reducer.node('Div', [excess, active])]);
  }
  return shift;
}
