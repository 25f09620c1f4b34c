/** Whether the WebGPU backend computes what WASM computes. It has been seen to be silently wrong with its default layout. */
import { WhittleError } from '../base/errors';
import type { Job } from '../base/job';
import { compareAll, type Difference } from './compare';
import { findFeeds, type HostFeeds } from './feeds';
import type { BackendCheck, HostTensor, Layout, ModelFiles, Runtime, Session, ValueInfo } from './types';

/** Largest error accepted, as a part of an output's range: float32 sums in another order stay far below, a wrong kernel far above. */
export const TOLERANCE = 2e-3;
/** The same where the model computes in float16, whose rounding step is 2^-11. */
export const HALF_TOLERANCE = 3e-2;

export interface CheckOptions {
  /** Feeds to compare on, made for the model's inputs; where absent, made-up ones that run. */
  readonly feeds?: (inputs: readonly ValueInfo[]) => readonly HostFeeds[];
  readonly tolerance?: number;
  /** False where there is no WebGPU device: the check then only shows that WASM runs the model. */
  readonly webgpu: boolean;
}

/**
 * Runs the model on WASM and on WebGPU with the same feeds and compares every output; where they differ beyond the tolerance,
 * tries the NCHW layout. Sessions are released before it returns. Throws `runtime-failed` where WASM cannot run the model.
 */
export async function checkBackends(
  runtime: Runtime,
  model: Uint8Array | ModelFiles,
  options: CheckOptions,
  job: Job,
): Promise<BackendCheck> {
  const startedAt = Date.now();
  const report = (stage: string, done: number) => job.onProgress({ stage, done, total: 3, startedAt });
  report('Running on WASM', 0);
  const reference = await withSession(await runtime.create(model, { ep: 'wasm' }, job.signal), async (session) => {
    const feeds = options.feeds?.(session.inputs) ?? (await findFeeds(session, job.signal)).map((found) => found.feeds);
    return { feeds, outputs: await runAll(session, feeds, job.signal) };
  });
  if (!options.webgpu)
    return finish(report, {
      ok: true,
      maxAbs: 0,
      sqnrDb: null,
      layout: 'NHWC',
      repaired: false,
      verdict: 'No WebGPU here: the model runs on WASM.',
    });
  const tolerance = options.tolerance ?? TOLERANCE;
  const attempt = async (layout: Layout): Promise<Difference | WhittleError> => {
    try {
      return await withSession(await runtime.create(model, { ep: 'webgpu', layout }, job.signal), async (session) =>
        compareAll(reference.outputs, await runAll(session, reference.feeds, job.signal)),
      );
    } catch (error) {
      if (error instanceof WhittleError && error.code === 'runtime-failed') return error;
      throw error;
    }
  };
  report('Running on WebGPU', 1);
  const first = await attempt('NHWC');
  // A failure is not a difference: the device is given up then, and another layout needs the same kernels.
  if (first instanceof WhittleError || isGood(first, tolerance)) return finish(report, verdict('NHWC', first, null, tolerance));
  report('WebGPU differs: trying the NCHW layout', 2);
  return finish(report, verdict('NCHW', await attempt('NCHW'), first, tolerance));
}

type Attempt = Difference | WhittleError;

/** Puts the outcome in words. `before` is what the NHWC layout gave where it was not good. */
export function verdict(layout: Layout, result: Attempt, before: Attempt | null, tolerance: number): BackendCheck {
  if (result instanceof WhittleError) {
    return {
      ok: false,
      maxAbs: Infinity,
      sqnrDb: null,
      layout,
      repaired: false,
      verdict: `WebGPU cannot run this model: ${result.message} WASM is used.`,
    };
  }
  const ok = result.relative <= tolerance;
  const error = `max error ${figure(result.maxAbs)}`;
  const words = !ok
    ? `WebGPU gives wrong values for "${result.worst}" (${error}), in both layouts. WASM is used.`
    : before === null
      ? `WebGPU agrees with WASM, ${error}.`
      : `WebGPU agrees with WASM in the NCHW layout, ${error}; ${said(before)} in NHWC, which is not used.`;
  return { ok, maxAbs: result.maxAbs, sqnrDb: result.sqnrDb, layout, repaired: ok && before !== null, verdict: words };
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
