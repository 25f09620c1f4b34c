/**
 * The engine as the page sees it. Every job takes its signal and listeners first, reports progress at most ten times a second and
 * rejects with a `WhittleError` (code 'aborted' when the signal fired, 'engine-stopped' when its worker ended by itself). The worker
 * behind it is made on the first call; when it hangs, ends or does not stop in time it is replaced, and the open model and data are
 * sent to the new one before its next job. Calls may overlap: the worker serializes what must not run together.
 */
import type { OnProgress } from '../../base/job';
import type { EngineStats, JobArguments, JobEvent, JobName, JobResult } from '../protocol/index';

/** How a call is followed and stopped. */
export interface Following<Event = never> {
  readonly signal: AbortSignal;
  readonly onProgress?: OnProgress;
  readonly onEvent?: (event: Event) => void;
}

export type Call<K extends JobName> = (following: Following<JobEvent<K>>, ...args: JobArguments<K>) => Promise<JobResult<K>>;
/** The jobs of `protocol/jobs.ts`, as calls. */
export type Calls = { readonly [K in JobName]: Call<K> };

export interface Engine extends Calls {
  clearData(): Promise<void>;
  stats(): Promise<EngineStats>;
  /** Drops the GPU device on purpose, for tests. */
  loseDevice(): Promise<void>;
  /** The GPU device was lost; the engine has already asked for a new one. Returns the function that stops listening. */
  onDeviceLost(listener: (reason: string) => void): () => void;
  /**
   * The worker went away (cancel that did not settle, hang, crash, lack of memory); the next call has a new one. Returns the function that
   * stops listening.
   */
  onRestart(listener: (reason: string) => void): () => void;
  /** Ends the worker. The next call starts a new one with nothing open. */
  dispose(): void;
}
