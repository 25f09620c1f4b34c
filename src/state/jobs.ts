/** The jobs that run now: at most one that a person waits for, and the quiet ones that follow the sliders. */
import { create } from 'zustand';
import { toPlainError, type PlainError } from '../base/errors';
import type { Job, OnProgress, Progress } from '../base/job';
import { causesOf, standStill } from './causes';
import { useDocument, type ErrorPlace } from './document';

export interface RunningJob {
  readonly title: string;
  readonly progress: Progress;
  readonly cancel: () => void;
}

interface JobsState {
  readonly running: RunningJob | null;
  /** What the last job said when it ended: "Stopped." or nothing. */
  readonly lastNote: string | null;
  /** Quiet jobs under way. */
  readonly quiet: number;
  /** Jobs that a person asked for, under way or waiting for their turn. */
  readonly asked: number;
}

export const useJobs = create<JobsState>(() => ({ running: null, lastNote: null, quiet: 0, asked: 0 }));

let current: AbortController | null = null;
let tail: Promise<unknown> = Promise.resolve();

/**
 * Runs a job that the person sees and can cancel; a second one waits for the first. Its error is shown at `where` and thrown on, so
 * that a caller does not go on with half a result.
 */
export async function runJob<T>(title: string, where: ErrorPlace, work: (job: Job) => Promise<T>): Promise<T> {
  const before = tail;
  useJobs.setState(({ asked }) => ({ asked: asked + 1 }));
  const done = (async () => {
    await before.catch(() => {});
    try {
      return await perform(title, where, work);
    } finally {
      useJobs.setState(({ asked }) => ({ asked: asked - 1 }));
    }
  })();
  tail = done.catch(() => {});
  return done;
}

async function perform<T>(title: string, where: ErrorPlace, work: (job: Job) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  current = controller;
  const startedAt = Date.now();
  const onProgress = (progress: Progress): void => {
    // A worker's last report may come after its job has ended, or into the next one.
    if (current === controller) useJobs.setState({ running: { title, progress, cancel: () => controller.abort() } });
  };
  useJobs.setState({ lastNote: null });
  useDocument.setState((state) => (state.error?.where === where ? { error: null } : {}));
  onProgress({ stage: title, done: 0, total: 1, startedAt });
  try {
    return await work({ signal: controller.signal, onProgress });
  } catch (thrown) {
    const error = toPlainError(thrown);
    if (error.code === 'aborted') useJobs.setState({ lastNote: stoppedNote(title) });
    else show(where, error);
    throw thrown;
  } finally {
    current = null;
    useJobs.setState({ running: null });
  }
}

/** A lost device has a notice of its own, with the way on: what it broke is not told a second time. */
function show(where: ErrorPlace, error: PlainError): void {
  if (error.code !== 'device-lost') useDocument.setState({ error: { where, error } });
}

function stoppedNote(title: string): string {
  return `${title}: stopped.`;
}

/** Stops what is shown to run. */
export function cancelJob(): void {
  useJobs.getState().running?.cancel();
}

/**
 * As `runQuietly`, for work that may take minutes (fitting to samples): it is shown, and `cancel` stops it, unless a job that the person
 * asked for is running.
 */
export async function runFollower<T>(
  title: string,
  where: ErrorPlace,
  cancel: () => void,
  work: (onProgress: OnProgress) => Promise<T>,
): Promise<T | null> {
  let shown: RunningJob | null = null;
  let ended = false;
  const stop = (): void => {
    cancel();
    useJobs.setState({ lastNote: stoppedNote(title) });
  };
  const follow = (progress: Progress): void => {
    if (ended || current !== null) return;
    shown = { title, progress, cancel: stop };
    useJobs.setState({ running: shown, lastNote: null });
  };
  try {
    return await runQuietly(where, () => work(follow));
  } finally {
    ended = true;
    useJobs.setState(({ running }) => (running === shown ? { running: null } : {}));
  }
}

/**
 * Runs work that follows the sliders: no job row, superseded work is dropped in silence, and so is what went wrong with something that is
 * another by then. Resolves to null when it was.
 */
export async function runQuietly<T>(where: ErrorPlace, work: () => Promise<T>): Promise<T | null> {
  useJobs.setState(({ quiet }) => ({ quiet: quiet + 1 }));
  const causes = causesOf(where);
  try {
    return await work();
  } catch (thrown) {
    const error = toPlainError(thrown);
    if (error.code !== 'aborted' && standStill(where, causes)) show(where, error);
    return null;
  } finally {
    useJobs.setState(({ quiet }) => ({ quiet: quiet - 1 }));
  }
}
