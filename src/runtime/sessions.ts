/**
 * Inference sessions of a build of onnxruntime, one call at a time. Overlapping runs hang or corrupt the WebGPU backend (also over
 * different sessions), so one mutex guards every call, and a watchdog turns a hang into an error the client can act on.
 */
import type * as Ort from 'onnxruntime-common';
import { untilAborted } from '../base/abort';
import { toPlainError, WhittleError } from '../base/errors';
import { Mutex } from '../base/mutex';
import { loaded } from '../base/stored-bytes';
import { PROVIDERS, type Provider } from './providers';
import { fromOrt, heldFromOrt, toOrt, valueInfo } from './tensors';
import type { Backend, Feeds, HeldTensor, HostTensor, ModelFiles, Runtime, Session, SessionModel, SessionOptions } from './types';
import { withWatchdog } from './watchdog';

/** Longer than any honest first run: on a software renderer a large model compiles its pipelines for tens of seconds. */
const FIRST_SECONDS = 120;
/** Least patience with a session that has run before; a slow one is given twenty times its last run. */
const LATER_SECONDS = 30;

/** The turn of calls on one module of onnxruntime, and its hang, after which no call is made. */
export interface Guard {
  readonly mutex: Mutex;
  hung: WhittleError | null;
}

/** One for all sessions of a provider: runs take turns, and once one hangs the others are refused. */
export function createGuard(): Guard {
  return { mutex: new Mutex(), hung: null };
}

/** A build of onnxruntime: what differs between the browser's and Node's. */
export interface Maker {
  /** What it can run on here, a GPU's first, the reference among them. */
  readonly providers: readonly Provider[];
  /** Threads that the reference computes with. */
  readonly threads: number;
  /** What sessions on a GPU share; its loss ends them. */
  readonly device: GPUDevice | null;
  readonly guard: Guard;
  /** The module, loaded on first use. */
  load(): Promise<Pick<typeof Ort, 'InferenceSession' | 'Tensor'>>;
  /** How the module is asked for a backend. Throws `runtime-failed` where it is not here. */
  execution(backend: Backend): Ort.InferenceSession.ExecutionProviderConfig;
  /** How the module is given a model. */
  given(model: ModelFiles): Given;
  /** Around the making of a session. */
  making<T>(work: () => Promise<T>): Promise<T>;
  /** For one session that records. */
  recorder(): Recorder;
}

/** A model as a build takes it: its bytes or its path, what lies beside in memory, and the folder where the rest of it is found. */
export interface Given {
  readonly file: Uint8Array | string;
  readonly externalData: readonly { readonly path: string; readonly data: Uint8Array }[];
  readonly folder: string | null;
}

/** All in memory. */
export function givenBytes({ bytes, external }: ModelFiles): Given {
  return { file: loaded(bytes), externalData: external.map((each) => ({ path: each.path, data: loaded(each.bytes) })), folder: null };
}

/** What a build needs for its recording, and how that ends. */
export interface Recorder {
  readonly options: Pick<Ort.InferenceSession.SessionOptions, 'enableProfiling' | 'profileFilePrefix'>;
  /** Ends the session's recording and gives it as JSON. */
  end(session: Ort.InferenceSession): Promise<string>;
}

/** The runtime over a build of onnxruntime. */
export function createSessions({ device, guard, providers, threads, ...maker }: Maker): Runtime {
  const { mutex } = guard;
  const ep = providers.find((provider) => PROVIDERS[provider].reference);
  if (ep === undefined) throw new RangeError('a build of onnxruntime has a reference');
  const reference: Backend = { ep, layout: PROVIDERS[ep].layouts[0] };
  let sessionsCreated = 0;
  let lost = false;
  void device?.lost.then(() => (lost = true));

  /**
   * One ORT call at a time. A call cannot be stopped: a caller whose signal fires is let go at once, and the call goes on until
   * the next may start. A call on a lost device would block this thread for good, so it is never made.
   */
  async function exclusive<T>(what: string, provider: Provider, seconds: number, signal: AbortSignal, task: () => Promise<T>): Promise<T> {
    const work = mutex.run(async () => {
      signal.throwIfAborted();
      if (guard.hung) throw guard.hung;
      const onGpu = PROVIDERS[provider].gpu;
      if (onGpu && lost) throw deviceLost();
      try {
        return await withWatchdog(task(), what, seconds);
      } catch (error) {
        if (error instanceof WhittleError && error.code === 'runtime-hung') guard.hung = error;
        if (onGpu && device && (await isLost(device))) throw deviceLost(error);
        const failure = asRuntimeError(what, error);
        // Seen after a shader over the buffer limit: every later call fails like this. The device is given up then; its owner
        // learns of it by `device.lost` and makes a new one.
        if (onGpu && failure instanceof WhittleError && failure.code === 'device-lost') device?.destroy();
        throw failure;
      }
    });
    return untilAborted(work, signal);
  }

  const settled = (): Promise<void> => mutex.run(() => Promise.resolve());

  async function create(model: SessionModel, options: SessionOptions, signal: AbortSignal): Promise<Session> {
    const { ep: provider, layout = PROVIDERS[provider].layouts[0], profile = false, optimize = true, hold = [], frugal = false } = options;
    const onGpu = PROVIDERS[provider].gpu;
    const execution = maker.execution({ ep: provider, layout });
    const ort = await maker.load();
    let recorder = profile ? maker.recorder() : null;
    const { session, createMs } = await exclusive('Loading the model', provider, FIRST_SECONDS, signal, async () => {
      const startedAt = performance.now();
      const wanted = {
        executionProviders: [execution],
        logSeverityLevel: 4,
        ...recorder?.options,
        graphOptimizationLevel: optimize ? 'all' : 'disabled',
        enableMemPattern: onGpu || !frugal,
        ...(hold.length > 0 && onGpu
          ? { preferredOutputLocation: Object.fromEntries(hold.map((name) => [name, 'gpu-buffer' as const])) }
          : {}),
      } as const;
      const { file, externalData, folder } = maker.given('external' in model ? model : { bytes: model, external: [] });
      const extra = { session: { ...(frugal && !onGpu ? SLEEPING : {}), ...(folder === null ? {} : { [FOLDER]: folder }) } };
      const made = await maker.making(() => {
        const all = { ...wanted, externalData, extra };
        return typeof file === 'string' ? ort.InferenceSession.create(file, all) : ort.InferenceSession.create(file, all);
      });
      if (signal.aborted) await made.release();
      return { session: made, createMs: performance.now() - startedAt };
    });
    sessionsCreated += 1;
    let patience = FIRST_SECONDS;
    const held = new Set(hold);
    const run = <T>(feeds: Feeds, runSignal: AbortSignal, taken: (outputs: Ort.InferenceSession.ReturnType) => Promise<T>): Promise<T> => {
      const inputs = Object.fromEntries(Object.entries(feeds).map(([name, tensor]) => [name, toOrt(ort, name, tensor)]));
      return exclusive('Running the model', provider, patience, runSignal, async () => {
        const startedAt = performance.now();
        const outputs = await taken(await session.run(inputs, { logSeverityLevel: 4 }));
        patience = Math.max(LATER_SECONDS, ((performance.now() - startedAt) / 1000) * 20);
        return outputs;
      });
    };
    const endRecording = async (): Promise<string> => {
      const ending = recorder;
      recorder = null;
      return ending === null ? '' : ending.end(session);
    };
    return {
      ep: provider,
      layout,
      inputs: session.inputMetadata.map(valueInfo),
      outputs: session.outputMetadata.map(valueInfo),
      createMs,
      run: async (feeds, runSignal) => run(feeds, runSignal, allOf),
      runHolding: async (feeds, runSignal) =>
        run(feeds, runSignal, async (tensors) => {
          const [outputs, kept]: [Record<string, HostTensor>, Record<string, HeldTensor>] = [{}, {}];
          for (const [name, tensor] of Object.entries(tensors)) {
            if (held.has(name)) kept[name] = heldFromOrt(tensor, (end) => void settled().then(end));
            else outputs[name] = await fromOrt(tensor);
          }
          // Nobody is given what a stopped run made.
          if (runSignal.aborted) for (const tensor of Object.values(kept)) tensor.release();
          return { outputs, held: kept };
        }),
      settled,
      trace: () => exclusive('Reading the profile', provider, FIRST_SECONDS, NEVER, endRecording),
      release: async () => {
        // What a lost device held is gone with it.
        if (PROVIDERS[provider].gpu && lost) return;
        await exclusive('Closing the model', provider, FIRST_SECONDS, NEVER, async () => {
          // Left to its end, onnxruntime would print what was recorded.
          await endRecording();
          return session.release();
        });
      },
    };
  }

  return {
    get sessionsCreated() {
      return sessionsCreated;
    },
    threads,
    providers,
    reference,
    create,
  };
}

/** As onnxruntime names it. Waiting awake saves some microseconds an operator on a machine with nothing else to do. */
const SLEEPING = { intra_op: { allow_spinning: '0' } };
const FOLDER = 'model_external_initializers_file_folder_path';

const NEVER = new AbortController().signal;

async function allOf(tensors: Ort.InferenceSession.ReturnType): Promise<Record<string, HostTensor>> {
  const outputs: Record<string, HostTensor> = {};
  for (const [name, tensor] of Object.entries(tensors)) outputs[name] = await fromOrt(tensor);
  return outputs;
}

/** A call in flight fails just before `device.lost` settles, and in many words; one turn of the event loop tells. */
function isLost(device: GPUDevice): Promise<boolean> {
  const soon = new Promise<false>((resolve) => {
    setTimeout(resolve, 20, false);
  });
  return Promise.race([device.lost.then(() => true), soon]);
}

function deviceLost(cause?: unknown): WhittleError {
  return new WhittleError('device-lost', 'The GPU device was lost.', 'Try again: a new device is asked for.', { cause });
}

/** ORT's messages carry C++ paths and stacks: the first line says what is wrong. */
function asRuntimeError(what: string, error: unknown): unknown {
  if (error instanceof WhittleError) return error;
  const plain = toPlainError(error);
  if (plain.code === 'aborted') return error;
  if (/failed to wait for the operation/i.test(plain.message)) return deviceLost(error);
  const line = plain.message.split('\n')[0] ?? plain.message;
  const memory = /out of memory|bad_alloc|allocation failed/i.test(plain.message);
  return new WhittleError(
    memory ? 'out-of-memory' : 'runtime-failed',
    `${what} failed: ${line}`,
    memory ? 'Close other tabs or open a smaller model.' : 'Check that the model runs in onnxruntime as it is.',
    { cause: error },
  );
}
