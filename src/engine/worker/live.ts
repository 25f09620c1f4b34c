/**
 * The live session: one session over the graph of a recipe's leading graph passes, with every weight an input, or over the graph after all
 * passes, with every parameter that they changed an input too. A slider move feeds it other buffers; it is made anew only when the graph
 * changes.
 */
import { sha256 } from '../../base/sha256';
import type { Compute, GpuCompute } from '../../compute/types';
import type { Lease } from '../../passes/types';
import { byWaves } from '../../passes/waves';
import { parametersAsInputs, type ParameterInput } from '../../onnx/live';
import type { OnnxModel } from '../../onnx/types';
import { concatChunks, writeModel } from '../../onnx/write';
import { PROVIDERS } from '../../runtime/providers';
import type { Provider, Feeds, HostTensor, Layout, Runtime, Session, SessionOptions, ValueInfo } from '../../runtime/types';
import type { RecipeRun } from '../../recipe/run';

export interface LiveDevice {
  readonly compute: Compute;
  /** null: weights are fed from main memory. */
  readonly gpu: GpuCompute | null;
  readonly runtime: Runtime;
}

export interface Live {
  /** Of the graph it was made from: runs with this key have the same one. */
  readonly key: string;
  readonly ep: Provider;
  readonly layout: Layout;
  /** The model's own inputs. */
  readonly inputs: readonly ValueInfo[];
  /** Holds the run's weights ready: after its passes, or ('before') as the graph passes left them. Release after use. */
  bind(run: RecipeRun, which: 'before' | 'after'): Promise<SwappableWeights>;
  /** Closes the session, once the weights bound to it are released: a scan goes on when another graph takes its place. */
  release(): Promise<void>;
}

/** A graph of a run, whose parameters are its inputs. */
export interface LiveGraph {
  /** Graphs with equal keys are equal. */
  readonly key: string;
  readonly open: () => OpenGraph;
}

interface OpenGraph {
  readonly file: Uint8Array<ArrayBuffer>;
  readonly inputs: readonly ParameterInput[];
}

function openGraph(model: OnnxModel, ids: readonly string[]): OpenGraph {
  const open = parametersAsInputs(model, ids);
  return { file: concatChunks(writeModel(open.model)), inputs: open.inputs };
}

/** The graph before weight passes. */
export function graphBefore({ base, baseKey, layers }: RecipeRun): LiveGraph {
  return {
    key: baseKey,
    open: () =>
      openGraph(
        base,
        layers.map((l) => l.id),
      ),
  };
}

/** The graph after all passes. It is known by what is in it: recipes that differ in weights and biases alone have the same one. */
export async function graphAfter(run: RecipeRun, signal: AbortSignal): Promise<LiveGraph> {
  if (run.model === run.base) return graphBefore(run);
  const open = openGraph(run.model, run.layers.map((l) => l.id).concat(run.changedParameters));
  return { key: `after ${await sha256(open.file, signal)}`, open: () => open };
}

/** Weights of one setting, ready to run. */
export interface BoundWeights {
  readonly run: (feeds: Feeds, signal: AbortSignal) => Promise<Readonly<Record<string, HostTensor>>>;
  release(): void;
}

export interface SwappableWeights extends BoundWeights {
  /** The same weights but for one layer, whose value is leased: only that one is brought to the session. Releasing it ends the lease. */
  replacing(layerId: string, lease: Lease): Promise<BoundWeights>;
}

/** Throws `runtime-failed` where the graph with open weights cannot be loaded. */
export async function createLive(graph: LiveGraph, device: LiveDevice, options: SessionOptions, signal: AbortSignal): Promise<Live> {
  const { file, inputs } = graph.open();
  const session = await device.runtime.create(file, options, signal);
  const weightNames = new Set(inputs.map((i) => i.inputName));
  let users = 0;
  let closing = false;
  const close = async (): Promise<void> => {
    if (closing && users === 0) await session.release();
  };
  return {
    key: graph.key,
    ep: session.ep,
    layout: session.layout,
    inputs: session.inputs.filter((i) => !weightNames.has(i.name)),
    async bind(current, which) {
      const weights = await bind(session, inputs, current, which, device);
      users += 1;
      let held = true;
      return {
        ...weights,
        release() {
          weights.release();
          if (!held) return;
          held = false;
          users -= 1;
          void close().catch(() => {});
        },
      };
    },
    async release() {
      closing = true;
      await close();
    },
  };
}

async function bind(
  session: Session,
  inputs: readonly ParameterInput[],
  run: RecipeRun,
  which: 'before' | 'after',
  device: LiveDevice,
): Promise<SwappableWeights> {
  const leases: Lease[] = [];
  const release = releaser(session, leases);
  const acquire = ({ id }: ParameterInput): Promise<Lease> => (which === 'after' ? run.store.acquire(id) : run.store.acquireOriginal(id));
  let weights: Feeds;
  try {
    weights = await feedAll(session, device, inputs, acquire, leases);
  } catch (error) {
    release();
    throw error;
  }
  return {
    run: (feeds, signal) => session.run({ ...feeds, ...weights }, signal),
    release,
    async replacing(layerId, lease) {
      const own: Record<string, Feeds[string]> = {};
      const end = releaser(session, [lease]);
      try {
        for (const input of inputs) if (input.id === layerId) own[input.inputName] = await feedOf(session, device, input, lease);
      } catch (error) {
        end();
        throw error;
      }
      return { run: (feeds, signal) => session.run({ ...feeds, ...weights, ...own }, signal), release: end };
    },
  };
}

/** Weights where the session reads them, by their inputs; what comes to main memory comes in waves. The leases go to `leases`. */
export async function feedAll<W extends ParameterInput>(
  session: Session,
  device: LiveDevice,
  inputs: readonly W[],
  acquire: (input: W) => Promise<Lease>,
  leases: Lease[],
): Promise<Feeds> {
  const feeds = await byWaves(
    inputs,
    ({ shape }) => ({ params: shape.reduce((product, size) => product * size, 1) }),
    async (input): Promise<[string, Feeds[string]]> => {
      const lease = await acquire(input);
      leases.push(lease);
      return [input.inputName, await feedOf(session, device, input, lease)];
    },
  );
  return Object.fromEntries(feeds);
}

/** A weight where the session reads it: its GPU buffer as it is, or its values in main memory. */
export async function feedOf(
  session: Session,
  device: LiveDevice,
  { shape }: Pick<ParameterInput, 'shape'>,
  lease: Lease,
): Promise<Feeds[string]> {
  if (device.gpu && PROVIDERS[session.ep].gpu) return { gpuBuffer: device.gpu.bufferOf(lease.handle), dims: shape };
  return { type: 'float32', dims: shape, data: await device.compute.download(lease.handle) };
}

/** Ends the leases, once: an aborted run may still read their buffers. */
export function releaser(session: Session, leases: Lease[]): () => void {
  return () => {
    const held = leases.splice(0);
    void session.settled().then(() => {
      for (const lease of held) lease.release();
    });
  };
}
