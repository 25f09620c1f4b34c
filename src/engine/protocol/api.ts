/** The border between page and worker. */
import type { PlainError } from '../../base/errors';
import type { Progress } from '../../base/job';
import type { LockHolder } from '../../base/worker-lock';
import type { JobArguments, JobEvent, JobName, JobResult } from './jobs';

export type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: PlainError };

export interface EngineStats {
  readonly sessionsCreated: number;
  readonly deviceLosses: number;
}

/** What a job says before it ends. */
export type JobNews<Event> = { readonly progress: Progress } | { readonly event: Event };

/** The worker's side. Nothing throws across the border: failures come back as Outcome. */
export interface EngineApi extends LockHolder {
  /** Answers as soon as the thread is free. */
  ping(): Promise<void>;
  /** Runs a job under the number `jobId`, which the caller chooses and `cancel` stops. */
  run<K extends JobName>(
    jobId: number,
    name: K,
    args: JobArguments<K>,
    listener: (news: JobNews<JobEvent<K>>) => void,
  ): Promise<Outcome<JobResult<K>>>;
  cancel(jobId: number): Promise<void>;
  clearData(): Promise<void>;
  stats(): Promise<EngineStats>;
  /** Calls `listener` with the reason whenever the GPU device is lost. One listener; a second replaces it. */
  watchDevice(listener: (reason: string) => void): Promise<void>;
  /** Drops the device on purpose, as a driver reset would: for the device-lost test. */
  loseDevice(): Promise<void>;
}
