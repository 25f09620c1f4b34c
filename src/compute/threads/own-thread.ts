import { createYielder } from '../../base/yielder';
import type { Each, TaskJob } from '../types';

/** Where a task's parts are done, and the memory that they share. */
export interface Crew {
  /** Parts that are done at a time. */
  readonly threads: number;
  /** Whatever values, in memory that all threads see. */
  readonly floats: (length: number) => Float32Array;
  /** Takes back an array of `floats` that nobody looks at any more. */
  readonly release: (values: Float32Array) => void;
  readonly each: Each;
  /** Ends the threads; what they are doing is rejected. */
  destroy(): void;
}

/** Parts one after another on the caller's thread, which now and then has a turn of its own, so that a cancel is heard. */
export const eachHere: Each = async (task, parts, job: TaskJob = {}) => {
  const yieldTurn = createYielder();
  const results = [];
  for (const part of parts) {
    if (results.length > 0) await yieldTurn();
    job.signal?.throwIfAborted();
    results.push(await task.run(part, job));
  }
  return results;
};

/** No other thread. */
export const OWN_THREAD: Crew = {
  threads: 1,
  floats: (length) => new Float32Array(length),
  release: () => {},
  each: eachHere,
  destroy() {},
};
