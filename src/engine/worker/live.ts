/**
 * The live session: one session over the graph of a recipe's leading graph passes, with every weight an input. A slider move feeds
 * it other buffers; it is made anew only when those graph passes change.
 */
import type { Compute, GpuCompute } from '../../compute/types';
import type { Lease } from '../../passes/types';
import { weightsAsInputs, type WeightInput } from '../../onnx/live';
import type { OnnxModel } from '../../onnx/types';
import { concatChunks, writeModel } from '../../onnx/write';
import type { Ep, Feeds, HostTensor, Layout, Runtime, Session, ValueInfo } from '../../runtime/types';
import type { RecipeRun } from '../../recipe/run';

export interface LiveDevice {
  readonly compute: Compute;
  /** null: weights are fed from main memory. */
  readonly gpu: GpuCompute | null;
  readonly runtime: Runtime;
}

export interface Live {
  /** The graph it was made from, which is the same object while the graph passes are the same. */
  readonly model: OnnxModel;
  readonly ep: Ep;
  /** The model's own inputs. */
  readonly inputs: readonly ValueInfo[];
  /** Holds the run's weights ready: after its passes, or ('before') as the graph passes left them. Release after use. */
  bind(run: RecipeRun, which: 'before' | 'after'): Promise<BoundWeights>;
  release(): Promise<void>;
}

/** Weights of one setting, ready to run. */
export interface BoundWeights {
  readonly run: (feeds: Feeds, signal: AbortSignal) => Promise<Readonly<Record<string, HostTensor>>>;
  release(): void;
}

/** Throws `runtime-failed` where the graph with open weights cannot be loaded. */
export async function createLive(run: RecipeRun, device: LiveDevice, ep: Ep, layout: Layout, signal: AbortSignal): Promise<Live> {
  const open = weightsAsInputs(run.model, run.layers.map((l) => l.id));
  const session = await device.runtime.create(concatChunks(writeModel(open.model)), { ep, layout }, signal);
  const weightNames = new Set(open.inputs.map((i) => i.inputName));
  return {
    model: run.model,
    ep,
    inputs: session.inputs.filter((i) => !weightNames.has(i.name)),
    bind: (current, which) => bind(session, open.inputs, current, which, device),
    release: () => session.release(),
  };
}

async function bind(session: Session, inputs: readonly WeightInput[], run: RecipeRun, which: 'before' | 'after', device: LiveDevice): Promise<BoundWeights> {
  const leases: Lease[] = [];
  const weights: Record<string, Feeds[string]> = {};
  const release = (): void => {
    // A run that was aborted may still read its buffers.
    const held = leases.splice(0);
    void session.settled().then(() => {
      for (const lease of held) lease.release();
    });
  };
  try {
    for (const { layerId, inputName, shape } of inputs) {
      const lease = await (which === 'after' ? run.store.acquire(layerId) : run.store.acquireOriginal(layerId));
      leases.push(lease);
      weights[inputName] =
        device.gpu && session.ep === 'webgpu'
          ? { gpuBuffer: device.gpu.bufferOf(lease.handle), dims: shape }
          : { type: 'float32', dims: shape, data: await device.compute.download(lease.handle) };
    }
  } catch (error) {
    release();
    throw error;
  }
  return { run: (feeds, signal) => session.run({ ...feeds, ...weights }, signal), release };
}
