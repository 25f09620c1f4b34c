/** Whether a GPU's backend computes what the reference computes. WebGPU has been seen to be silently wrong with its default layout. */
import { WhittleError } from '../base/errors';
import type { Job } from '../base/job';
import { compareAll, type Difference } from './compare';
import { findFeeds, type HostFeeds } from './feeds';
import { PROVIDERS, type Layout, type Provider } from './providers';
import type { Backend, BackendCheck, HostTensor, SessionModel, Runtime, Session, ValueInfo } from './types';

/** Largest error accepted, as a part of an output's range: float32 sums in another order stay far below, a wrong kernel far above. */
export const TOLERANCE = 2e-3;
/** The same where the model computes in float16, whose rounding step is 2^-11. */
export const HALF_TOLERANCE = 3e-2;

export interface CheckOptions {
  /** Feeds to compare on, made for the model's inputs; where absent, made-up ones that run. */
  readonly feeds?: (inputs: readonly ValueInfo[]) => readonly HostFeeds[];
  /** Largest difference allowed, as a share of the output's range; `TOLERANCE` where it is not given. */
  readonly tolerance?: number;
}

/**
 * Runs the model on the reference and on the GPU with the same feeds and compares every output; where they differ beyond the tolerance,
 * tries the provider's other layout. Without a GPU it only shows that the reference runs the model. Sessions are released before it
 * returns. Throws `runtime-failed` where the reference cannot run the model.
 */
export async function checkBackends(runtime: Runtime, model: SessionModel, options: CheckOptions, job: Job): Promise<BackendCheck> {
  const startedAt = Date.now();
  const report = (stage: string, done: number) => job.onProgress({ stage, done, total: 3, startedAt });
  const held = PROVIDERS[runtime.reference.ep].name;
  report(`Running on ${held}`, 0);
  const reference = await withSession(await runtime.create(model, runtime.reference, job.signal), async (session) => {
    const feeds = options.feeds?.(session.inputs) ?? (await findFeeds(session, job.signal)).map((found) => found.feeds);
    return { feeds, outputs: await runAll(session, feeds, job.signal) };
  });
  const ep = runtime.providers.find((provider) => PROVIDERS[provider].gpu);
  if (ep === undefined)
    return finish(report, {
      ok: true,
      checked: null,
      maxAbs: 0,
      sqnrDb: null,
      layout: runtime.reference.layout,
      repaired: false,
      verdict: `No WebGPU here: the model runs on ${held}.`,
    });
  const tolerance = options.tolerance ?? TOLERANCE;
  const attempt = async (layout: Layout): Promise<Difference | WhittleError> => {
    try {
      return await withSession(await runtime.create(model, { ep, layout }, job.signal), async (session) =>
        compareAll(reference.outputs, await runAll(session, reference.feeds, job.signal)),
      );
    } catch (error) {
      if (error instanceof WhittleError && error.code === 'runtime-failed') return error;
      throw error;
    }
  };
  const {
    name,
    layouts: [usual, other = usual],
  } = PROVIDERS[ep];
  const say = (layout: Layout, result: Attempt, before: Attempt | null): BackendCheck =>
    finish(report, verdict({ ep, layout }, runtime.reference.ep, result, before, tolerance));
  report(`Running on ${name}`, 1);
  const first = await attempt(usual);
  // A failure is not a difference: the device is given up then, and another layout needs the same kernels.
  if (first instanceof WhittleError || isGood(first, tolerance)) return say(usual, first, null);
  report(`${name} differs: trying the ${other} layout`, 2);
  return say(other, await attempt(other), first);
}

type Attempt = Difference | WhittleError;

/** Puts the outcome in words. `before` is what the provider's usual layout gave where it was not good. */
export function verdict(
  { ep, layout }: Backend,
  reference: Provider,
  result: Attempt,
  before: Attempt | null,
  tolerance: number,
): BackendCheck {
  const {
    name,
    layouts: [usual],
  } = PROVIDERS[ep];
  const held = PROVIDERS[reference].name;
  if (result instanceof WhittleError) {
    return {
      ok: false,
      checked: ep,
      maxAbs: Infinity,
      sqnrDb: null,
      layout,
      repaired: false,
      verdict: `${name} cannot run this model: ${result.message} ${held} is used.`,
    };
  }
  const ok = result.relative <= tolerance;
  const error = `max error ${figure(result.maxAbs)}`;
  const words = !ok
    ? `${name} gives wrong values for "${result.worst}" (${error}), in both layouts. ${held} is used.`
    : before === null
      ? `${name} agrees with ${held}, ${error}.`
      : `${name} agrees with ${held} in the ${layout} layout, ${error}; ${said(before)} in ${usual}, which is not used.`;
  return { ok, checked: ep, maxAbs: result.maxAbs, sqnrDb: result.sqnrDb, layout, repaired: ok && before !== null, verdict: words };
}

function said(attempt: Attempt): string {
  return attempt instanceof WhittleError ? 'it failed' : `it was off by ${figure(attempt.maxAbs)}`;
}

function figure(value: number): string {
  return Number.isFinite(value) ? value.toExponential(1) : 'infinite';
}

function isGood(attempt: Attempt, tolerance: number): boolean {
  return !(attempt instanceof WhittleError) && attempt.relative <= tolerance;
}

async function withSession<T>(session: Session, use: (session: Session) => Promise<T>): Promise<T> {
  try {
    return await use(session);
  } finally {
    await session.release();
  }
}

type Outputs = Readonly<Record<string, HostTensor>>;

async function runAll(session: Session, feeds: readonly HostFeeds[], signal: AbortSignal): Promise<Outputs[]> {
  const all: Outputs[] = [];
  for (const one of feeds) all.push(await session.run(one, signal));
  return all;
}

function finish(report: (stage: string, done: number) => void, check: BackendCheck): BackendCheck {
  report('Backends compared', 3);
  return check;
}
