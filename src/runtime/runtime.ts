/**
 * Inference sessions of onnxruntime-web, one call at a time. Overlapping runs hang or corrupt the WebGPU backend (also over
 * different sessions), so one mutex guards every call, and a watchdog turns a hang into an error the client can act on.
 */
import type { InferenceSession } from 'onnxruntime-web/webgpu';
import { toPlainError, WhittleError } from '../base/errors';
import { Mutex } from '../base/mutex';
import { loadOrt, wasmThreads } from './ort';
import { fromOrt, toOrt, valueInfo } from './tensors';
import type { Feeds, HostTensor, Layout, Runtime, Session, SessionOptions } from './types';
import { withWatchdog } from './watchdog';

/** Longer than any honest run: the first run of a large model on a software renderer compiles its pipelines for tens of seconds. */
const HANG_SECONDS = 120;

/**
 * @param device the WebGPU device that sessions share with the compute room, or null: only WASM sessions can be made then.
 * Runs in a worker and in plain Node (WASM).
 */
export function createRuntime({ device }: { device: GPUDevice | null }): Runtime {
  const mutex = new Mutex();
  let sessionsCreated = 0;
  let hung: WhittleError | null = null;

  /** One ORT call at a time. After a hang the turn never comes back, so every later call is refused at once. */
  async function exclusive<T>(what: string, signal: AbortSignal, task: () => Promise<T>): Promise<T> {
    if (hung) throw hung;
    const guarded = mutex.run(async () => {
      signal.throwIfAborted();
      if (hung) throw hung;
      try {
        return await withWatchdog(task(), what, HANG_SECONDS);
      } catch (error) {
        if (error instanceof WhittleError && error.code === 'runtime-hung') hung = error;
        throw asRuntimeError(what, error);
      }
    });
    const value = await guarded;
    signal.throwIfAborted();
    return value;
  }

  async function create(model: Uint8Array, options: SessionOptions, signal: AbortSignal): Promise<Session> {
    const layout: Layout = options.layout ?? 'NHWC';
    const ort = await loadOrt();
    const session = await exclusive('Loading the model', signal, () =>
      ort.InferenceSession.create(model, { executionProviders: [provider(options, layout, device)], logSeverityLevel: 4 }),
    );
    sessionsCreated += 1;
    return {
      ep: options.ep,
      layout,
      inputs: session.inputMetadata.map(valueInfo),
      outputs: session.outputMetadata.map(valueInfo),
      run: (feeds, runSignal) => exclusive('Running the model', runSignal, () => runOnce(session, feeds)),
      release: () => exclusive('Closing the model', NEVER, () => session.release()),
    };
  }

  return {
    get sessionsCreated() {
      return sessionsCreated;
    },
    wasmThreads: wasmThreads(),
    create,
  };
}

async function runOnce(session: InferenceSession, feeds: Feeds): Promise<Record<string, HostTensor>> {
  const ort = await loadOrt();
  const inputs = Object.fromEntries(Object.entries(feeds).map(([name, tensor]) => [name, toOrt(ort, name, tensor)]));
  const results = await session.run(inputs, { logSeverityLevel: 4 });
  const outputs: Record<string, HostTensor> = {};
  for (const [name, tensor] of Object.entries(results)) outputs[name] = await fromOrt(tensor);
  return outputs;
}

const NEVER = new AbortController().signal;

function provider(options: SessionOptions, layout: Layout, device: GPUDevice | null): InferenceSession.ExecutionProviderConfig {
  if (options.ep === 'wasm') return 'wasm';
  if (!device) throw new WhittleError('runtime-failed', 'This browser offers no WebGPU device.', 'Run the model on WASM instead.');
  return { name: 'webgpu', device, preferredLayout: layout };
}

/** ORT's messages carry C++ paths and stacks: the first line says what is wrong. */
function asRuntimeError(what: string, error: unknown): unknown {
  if (error instanceof WhittleError) return error;
  const plain = toPlainError(error);
  if (plain.code === 'aborted') return error;
  const line = plain.message.split('\n')[0] ?? plain.message;
  const memory = /out of memory|allocation|bad_alloc|Array buffer allocation/i.test(plain.message);
  return new WhittleError(
    memory ? 'out-of-memory' : 'runtime-failed',
    `${what} failed: ${line}`,
    memory ? 'Close other tabs or open a smaller model.' : 'Check that the model runs in onnxruntime as it is.',
    { cause: error },
  );
}
