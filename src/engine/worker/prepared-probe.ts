/** A probe as it is run: with inputs for what an earlier one kept, and outputs for what is kept of this one. */
import { uniqueNames } from '../../onnx/graph';
import { addOutputs, halfInputs, type Passage } from '../../onnx/probe';
import type { OnnxModel } from '../../onnx/types';
import { KeptLost, type Probe } from '../../passes/types';
import type { Feeds, HostTensor } from '../../runtime/types';
import { KeptValues, type KeptBatch, type Room } from './kept-values';

export interface PreparedProbe {
  readonly model: OnnxModel;
  readonly start: KeptValues | null;
  /** Inputs that are fed from `start`, and what they were kept as. */
  readonly starts: ReadonlyMap<string, string>;
  readonly feedsOf: (before: KeptBatch | undefined) => Feeds;
  /** Where what this run keeps goes; null where it keeps nothing. */
  readonly keep: KeptValues | null;
  /** Outputs that are kept, not shown to whoever asked for the run. */
  readonly made: readonly string[];
  readonly keptOf: (outputs: Readonly<Record<string, HostTensor>>, before: KeptBatch | undefined) => KeptBatch;
}

/** @param passage how values are kept. */
export function prepare({ model, start, keep }: Probe, room: Room, passage: Passage): PreparedProbe {
  const { graph } = model.proto;
  const from = start?.kept instanceof KeptValues ? start.kept : null;
  if (start && !from) throw new KeptLost();
  const names = uniqueNames(model.proto);
  const inputs = [...(start?.inputs ?? [])];
  const halves = inputs.flatMap(([name, key]) => (from?.held.get(key) === 'float16' ? [name] : []));
  const halfOf = graph ? halfInputs(graph, halves, names) : new Map<string, string>();
  const starts = new Map(inputs.map(([name, key]) => [halfOf.get(name) ?? name, key]));
  const wanted = [...(keep?.values ?? [])];
  const made = graph
    ? addOutputs(
        graph,
        wanted.map(([, value]) => value),
        passage,
        names,
      )
    : [];
  const carried = keep?.carried ?? [];
  const held = new Map<string, Passage>([
    ...carried.map((key) => [key, from?.held.get(key) ?? passage] as const),
    ...wanted.map(([key]) => [key, passage] as const),
  ]);
  return {
    model,
    start: from,
    starts,
    feedsOf: (before) => Object.fromEntries([...starts].map(([name, key]) => [name, tensorOf(before, key)])),
    made,
    keep: keep ? new KeptValues(held, room) : null,
    keptOf: (outputs, before) =>
      new Map([
        ...carried.map((key) => [key, tensorOf(before, key)] as const),
        ...wanted.map(([key], at) => [key, shown(outputs[made[at] ?? ''])] as const),
      ]),
  };
}

function tensorOf(batch: KeptBatch | undefined, key: string): HostTensor {
  return shown(batch?.get(key));
}

function shown(tensor: HostTensor | undefined): HostTensor {
  if (tensor === undefined) throw new KeptLost();
  return tensor;
}
