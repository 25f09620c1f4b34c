/** How a program follows a call. */
import type { Job } from '../base/job';
import type { Tell } from './studio';

/** `step`: what is done now, "Running the recipe"; `stage`: the part of it, "Quantizing conv1"; `done` of `total` such parts. */
export type OnProgress = (progress: {
  readonly step: string;
  readonly stage: string;
  readonly done: number;
  readonly total: number;
}) => void;

/** A job for the engine, a listener for the run, and what was found on the way, which grows while it runs. */
export function follow({ signal, onProgress }: { readonly signal?: AbortSignal; readonly onProgress?: OnProgress }): {
  readonly job: Job;
  readonly tell: Tell;
  readonly said: readonly string[];
} {
  const said: string[] = [];
  let step = '';
  const tell: Tell = (told) => {
    if (told.event === 'progress') onProgress?.({ step, stage: told.stage, done: told.done, total: told.total });
    else if (told.event === 'step') {
      step = told.words;
      onProgress?.({ step, stage: step, done: 0, total: 1 });
    } else said.push(told.words);
  };
  const job = {
    signal: signal ?? new AbortController().signal,
    onProgress: (progress: Parameters<Job['onProgress']>[0]) => tell({ event: 'progress', ...progress }),
  };
  return { job, tell, said };
}
