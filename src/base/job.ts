/** What a long call reports while it works; at most ten times a second (see `throttleProgress`). */
export interface Progress {
  /** What is being done now, in words a user reads: "Quantizing fire2/expand3x3". */
  readonly stage: string;
  readonly done: number;
  readonly total: number;
  /** Epoch milliseconds at which the job began. */
  readonly startedAt: number;
}

export type OnProgress = (progress: Progress) => void;

/** What every long call takes first: its cancel signal and its progress listener. */
export interface Job {
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
}

/** The job without its progress: for steps inside a longer one that tells of itself. */
export function quietly({ signal }: Job): Job {
  return { signal, onProgress: () => {} };
}

/** A listener that forwards at most one report in `intervalMs`, and always the last of a stage (done === total). */
export function throttleProgress(listener: OnProgress, intervalMs = 100, now: () => number = Date.now): OnProgress {
  let last = Number.NEGATIVE_INFINITY;
  return (progress) => {
    const time = now();
    if (time - last < intervalMs && progress.done < progress.total) return;
    last = time;
    listener(progress);
  };
}
