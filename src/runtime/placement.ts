/**
 * Reads onnxruntime's profile: events of category "Node" tell each node's operator, provider and time on this thread, those of category
 * "Api" the time of each kernel on the GPU (name: node & operator & kernel), where the device has timestamps.
 */
import { WhittleError } from '../base/errors';
import { median } from '../base/stats';
import type { PlacedNode, PlacedOperator, Placement } from './types';

interface TraceEvent {
  readonly category: string;
  readonly name: string;
  /** Microseconds. */
  readonly start: number;
  readonly duration: number;
  readonly op: string;
  readonly provider: string;
}

const COPIES: ReadonlySet<string> = new Set(['MemcpyToHost', 'MemcpyFromHost']);
const NODE_SUFFIX = '_kernel_time';
/** Chrome rounds timestamps to this many microseconds unless told otherwise. */
const ROUNDING = 100;

/**
 * The placement of a model from the JSON of a recorded session, from all runs but the first. Times on the CPU are medians, which the
 * system's interruptions leave alone; those on a GPU means, because rounded clocks are right on average and never in the single case. The
 * time of a node with a body (If, Loop) is its own, without the body's.
 * @throws WhittleError 'runtime-failed' where the text is no profile or holds no run.
 */
export function placementOf(trace: string): Placement {
  const events = readEvents(trace);
  const runs = splitRuns(events);
  const timed = Math.max(1, runs.length - 1);
  const last = runs.at(-1);
  if (!last) throw new WhittleError('runtime-failed', 'The profile holds no run of the model.', 'Run the profile again.');
  const later = runs.slice(-timed);
  const onCpu = later.map((run) => sums(ownTimes(run)));
  const kernels = events.filter((e) => e.category === 'Api');
  const onGpu = kernels.length === 0 ? null : gpuSums(kernels, runs.length);
  const nodes: PlacedNode[] = [];
  const seen = new Set<string>();
  for (const { name, op, provider } of last) {
    // A node in the body of a Loop has an event a turn.
    if (COPIES.has(op) || seen.has(name)) continue;
    seen.add(name);
    const gpu = provider !== 'CPUExecutionProvider';
    const microseconds = gpu ? onGpu && (onGpu.get(name) ?? 0) / timed : median(onCpu.map((run) => run.get(name) ?? 0));
    nodes.push({ name, op, provider: gpu ? 'GPU' : 'CPU', ms: microseconds === null ? null : microseconds / 1000 });
  }
  const count = (op: string): number => last.filter((e) => e.op === op).length;
  const waited = later
    .flat()
    .filter((e) => COPIES.has(e.op))
    .reduce((total, e) => total + e.duration, 0);
  return {
    nodes,
    operators: byOperator(nodes),
    gpuNodes: nodes.filter((n) => n.provider === 'GPU').length,
    cpuNodes: nodes.filter((n) => n.provider === 'CPU').length,
    copies: { toHost: count('MemcpyToHost'), fromHost: count('MemcpyFromHost'), waitMs: waited / timed / 1000 },
    runs: timed,
    gpuStepMs: kernels.length === 0 ? null : kernels.every((e) => e.duration % ROUNDING === 0) ? ROUNDING / 1000 : 0.001,
  };
}

/**
 * Milliseconds of the node of this name; null where none has it, or it with what onnxruntime adds to the names of nodes that it gives
 * another layout or lets take up a bias.
 */
export function nodeTime({ nodes }: Placement, wanted: string): number | null {
  return (
    nodes.find(({ name }) => name === wanted || name.startsWith(`${wanted}_token_`) || name === `${wanted}/MatMulAddFusion`)?.ms ?? null
  );
}

/** Node events of each run, in order of their start; a run's own event comes after those of its nodes. */
function splitRuns(events: readonly TraceEvent[]): TraceEvent[][] {
  const runs: TraceEvent[][] = [];
  let current: TraceEvent[] = [];
  for (const event of events) {
    if (event.category === 'Node' && event.name.endsWith(NODE_SUFFIX))
      current.push({ ...event, name: event.name.slice(0, -NODE_SUFFIX.length) });
    if (event.category !== 'Session' || event.name !== 'model_run') continue;
    runs.push(current.toSorted((a, b) => a.start - b.start || b.duration - a.duration));
    current = [];
  }
  return runs;
}

/** Each node's time without that of the nodes inside it. `run` is in order of start. */
function ownTimes(run: readonly TraceEvent[]): [name: string, microseconds: number][] {
  const own = run.map((event): [string, number] => [event.name, event.duration]);
  const open: number[] = [];
  for (const [i, event] of run.entries()) {
    const ends = (at: number): number => (run[at]?.start ?? 0) + (run[at]?.duration ?? 0);
    while (open.length > 0 && ends(open.at(-1) ?? 0) <= event.start) open.pop();
    const parent = own[open.at(-1) ?? -1];
    if (parent) parent[1] -= event.duration;
    open.push(i);
  }
  return own;
}

/** GPU time of each node over all runs but the first. A kernel of the same name runs equally often in each. */
function gpuSums(kernels: readonly TraceEvent[], runs: number): Map<string, number> {
  const later = grouped(kernels, (e) => e.name).flatMap((list) => (runs > 1 ? list.slice(Math.round(list.length / runs)) : list));
  return sums(later.map(({ name, duration }) => [name.split('&').slice(0, -2).join('&'), duration]));
}

function sums(parts: readonly (readonly [name: string, value: number])[]): Map<string, number> {
  const total = new Map<string, number>();
  for (const [name, value] of parts) total.set(name, (total.get(name) ?? 0) + value);
  return total;
}

function byOperator(nodes: readonly PlacedNode[]): PlacedOperator[] {
  const operators = grouped(nodes, (n) => `${n.provider} ${n.op}`).flatMap((group): PlacedOperator[] => {
    const [first] = group;
    if (!first) return [];
    const ms = group.reduce<number | null>((sum, n) => (sum === null || n.ms === null ? null : sum + n.ms), 0);
    return [{ op: first.op, provider: first.provider, count: group.length, ms }];
  });
  return operators.toSorted((a, b) => (b.ms ?? 0) - (a.ms ?? 0) || b.count - a.count);
}

function grouped<T>(items: readonly T[], key: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return [...groups.values()];
}

function readEvents(trace: string): TraceEvent[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(trace.slice(trace.indexOf('[')));
  } catch (cause) {
    throw new WhittleError('runtime-failed', 'onnxruntime gave no profile that can be read.', 'Run the profile again.', { cause });
  }
  return Array.isArray(parsed) ? parsed.map(readEvent) : [];
}

function readEvent(event: unknown): TraceEvent {
  const args = field(event, 'args');
  return {
    category: String(field(event, 'cat')),
    name: String(field(event, 'name')),
    start: Number(field(event, 'ts')),
    duration: Number(field(event, 'dur')),
    op: String(field(args, 'op_name')),
    provider: String(field(args, 'provider')),
  };
}

function field(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}
