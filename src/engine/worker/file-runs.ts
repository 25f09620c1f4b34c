/** Runs of files on the same inputs, on the reference: what every model runs on here, and what a GPU is held against. */
import { WhittleError } from '../../base/errors';
import type { Job } from '../../base/job';
import type { Outputs } from '../../measure/outputs';
import { compareAll } from '../../runtime/compare';
import type { Feeds, SessionModel, Session } from '../../runtime/types';
import type { OutputDifference } from '../protocol/index';
import { fit } from './feeds';
import type { Workbench } from './workbench';

/** Failures of the runtime on one model, which say that it cannot be run here. */
const NOT_RUN: ReadonlySet<string> = new Set(['runtime-failed', 'out-of-memory', 'too-large']);

/** Whether an error says that a model does not load or run here, which is a finding; anything else is a failure of the job. */
export function cannotRun(error: unknown): error is WhittleError {
  return error instanceof WhittleError && NOT_RUN.has(error.code);
}

/** @param optimize see `SessionOptions`. */
export function load({ platform: { runtime } }: Workbench, model: SessionModel, { signal }: Job, optimize = true): Promise<Session> {
  return runtime.create(model, { ...runtime.reference, optimize, frugal: true }, signal);
}

/** Runs all feeds, each in the types that the inputs want. */
export async function runEach(
  run: Session['run'],
  inputs: Session['inputs'],
  feeds: readonly Feeds[],
  signal: AbortSignal,
): Promise<Outputs[]> {
  const all: Outputs[] = [];
  for (const one of feeds) all.push(await run(fit(one, inputs), signal));
  return all;
}

/** Runs them all and closes the session. */
export async function runAll(session: Session, feeds: readonly Feeds[], { signal }: Job): Promise<Outputs[]> {
  try {
    return await runEach((given, stop) => session.run(given, stop), session.inputs, feeds, signal);
  } finally {
    await session.release();
  }
}

/** The largest difference over runs of the same inputs, absolute and as a share of the output's range, and SQNR in dB (null: no error). */
export function differenceOf(reference: readonly Outputs[], other: readonly Outputs[]): OutputDifference {
  const { maxAbs, relative, sqnrDb } = compareAll(reference, other);
  return { maxAbs, relative, sqnrDb };
}
