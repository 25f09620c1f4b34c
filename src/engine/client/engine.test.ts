import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { deferred } from '../../base/deferred';
import { DEFAULT_LIMITS } from '../../data/limits';
import type { Card, EngineApi, JobNews, Outcome } from '../protocol/index';
import type { WorkerExit, Link } from './connect';
import { createEngine } from './engine';

const job = { signal: new AbortController().signal };
const recipe = { version: 1, target: 'webgpu', passes: [] } as const;
const card: Card = { version: 1, task: 'classification', data: '', format: 'tensors', tensors: {} };
const file = { path: 'm.onnx', blob: new Blob(['x']) };

/** A worker in this thread: `answer` says what each named job or word gives. Every one is logged. */
function workers(answer: (call: string, worker: number, args: readonly unknown[]) => Promise<Outcome<never>> | Outcome<never>) {
  const log: string[] = [];
  const ends: ((reason: string) => void)[] = [];
  let started = 0;
  const connect = (): Link => {
    const n = ++started;
    const gone = deferred<WorkerExit>();
    ends.push((reason) => gone.resolve({ reason, remedy: 'Try again.' }));
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the proxy below has every method
    const api = new Proxy({} as EngineApi, {
      get:
        (_target, word: string) =>
        async (...args: unknown[]) => {
          const name = word === 'run' ? String(args[1]) : word;
          if (name !== 'ping') log.push(`${n}.${name}${name === 'cancel' ? ` ${String(args[0])}` : ''}`);
          return answer(name, n, args);
        },
    });
    return { api, gone: gone.promise, terminate: () => log.push(`${n}.terminate`) };
  };
  return { connect, log, ends, started: () => started };
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- one answer for calls of every type
const ok = { ok: true, value: 'done' as never } as const;
const never = new Promise<Outcome<never>>(() => {});

test('the worker starts with the first call; the model is sent once', async () => {
  const w = workers(() => ok);
  const engine = createEngine(w.connect);
  expect(await engine.stats()).toEqual({ sessionsCreated: 0, deviceLosses: 0 });
  expect(w.started()).toBe(0);
  await engine.open(job, [file]);
  expect(await engine.preview(job, recipe)).toBe('done');
  expect(w.log).toEqual(['1.watchDevice', '1.open', '1.preview']);
});

test('failures are WhittleErrors with their code and remedy', async () => {
  const w = workers(() => ({ ok: false, error: { code: 'not-onnx', message: 'A TensorFlow Lite file.', remedy: 'Convert it.' } }));
  await expect(createEngine(w.connect).open(job, [file])).rejects.toMatchObject({
    name: 'WhittleError',
    code: 'not-onnx',
    remedy: 'Convert it.',
  });
});

test('progress that arrives after the answer is not passed on', async () => {
  const late: ((news: JobNews<never>) => void)[] = [];
  const w = workers((name, _worker, args) => {
    const listener = args.at(-1);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the last argument of `run` is its listener
    if (name === 'open' && typeof listener === 'function') late.push(listener as (news: JobNews<never>) => void);
    return ok;
  });
  const heard: string[] = [];
  await createEngine(w.connect).open({ ...job, onProgress: ({ stage }) => heard.push(stage) }, [file]);
  for (const tell of late) tell({ progress: { stage: 'late', done: 1, total: 1, startedAt: 0 } });
  expect(late.length).toBe(1);
  expect(heard).toEqual([]);
});

test('abort cancels the job; a worker that settles is kept', async () => {
  const pending = deferred<Outcome<never>>();
  const w = workers((name) => {
    if (name === 'cancel') pending.resolve({ ok: false, error: { code: 'aborted', message: 'Stopped.', remedy: '' } });
    return name === 'preview' ? pending.promise : ok;
  });
  const engine = createEngine(w.connect);
  const controller = new AbortController();
  const running = engine.preview({ signal: controller.signal }, recipe);
  await Promise.resolve();
  controller.abort();
  await expect(running).rejects.toMatchObject({ code: 'aborted' });
  expect(w.log).not.toContain('1.terminate');
});

test('a worker that does not stop is replaced, the model is sent again, and a bystander is run again', async () => {
  vi.useFakeTimers();
  const w = workers((name, n) => (n === 1 && name !== 'open' && name !== 'watchDevice' ? never : ok));
  const engine = createEngine(w.connect);
  const restarts: string[] = [];
  engine.onRestart((reason) => restarts.push(reason));
  await engine.open(job, [file]);
  const controller = new AbortController();
  const stuck = engine.preview({ signal: controller.signal }, recipe);
  const bystander = engine.histogram(job, recipe, 'a', null, 8);
  const rejected = expect(stuck).rejects.toMatchObject({ code: 'aborted' });
  await vi.advanceTimersByTimeAsync(0);
  controller.abort();
  await vi.advanceTimersByTimeAsync(699);
  expect(w.log).not.toContain('1.terminate');
  await vi.advanceTimersByTimeAsync(1);
  await rejected;
  expect(await bystander).toBe('done');
  expect(w.log.slice(-4)).toEqual(['1.terminate', '2.watchDevice', '2.open', '2.histogram']);
  expect(restarts).toHaveLength(1);
  vi.useRealTimers();
});

/** Answers of the first worker until it falls silent: from then on none, not even to a ping. */
function silenced(): {
  readonly answer: (call: string, worker: number) => Promise<Outcome<never>> | Outcome<never>;
  readonly fallSilent: () => void;
} {
  let isSilent = false;
  return { answer: (_call, worker) => (worker === 1 && isSilent ? never : ok), fallSilent: () => (isSilent = true) };
}

describe('silence', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('an idle worker that answers no more is replaced within seconds, and the next job finds the model', async () => {
    const { answer, fallSilent } = silenced();
    const w = workers(answer);
    const engine = createEngine(w.connect);
    const restarts: string[] = [];
    engine.onRestart((reason) => restarts.push(reason));
    await engine.open(job, [file]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(restarts).toEqual([]);
    fallSilent();
    await vi.advanceTimersByTimeAsync(9000);
    expect(restarts).toEqual(['The engine has not answered for 8 s.']);
    expect(await engine.preview(job, recipe)).toBe('done');
    expect(w.log.slice(-4)).toEqual(['1.terminate', '2.watchDevice', '2.open', '2.preview']);
  });

  test('a job sent to a worker that hung before ends with a remedy within seconds', async () => {
    const { answer, fallSilent } = silenced();
    const engine = createEngine(workers(answer).connect);
    await engine.open(job, [file]);
    await vi.advanceTimersByTimeAsync(2500);
    fallSilent();
    await vi.advanceTimersByTimeAsync(1000);
    const told = expect(engine.preview(job, recipe)).rejects.toMatchObject({ code: 'engine-stopped', remedy: expect.stringMatching(/./) });
    await vi.advanceTimersByTimeAsync(8000);
    await told;
    expect(await engine.preview(job, recipe)).toBe('done');
  });

  test('a worker that computes in one long task is left alone for minutes, not for ever', async () => {
    const { answer, fallSilent } = silenced();
    const w = workers((name, n) => (n === 1 && name === 'evaluate' ? never : answer(name, n)));
    const engine = createEngine(w.connect);
    await engine.open(job, [file]);
    await vi.advanceTimersByTimeAsync(2000);
    const told = expect(engine.evaluate(job, recipe, null, null, 'live')).rejects.toMatchObject({ code: 'engine-stopped' });
    fallSilent();
    await vi.advanceTimersByTimeAsync(590_000);
    expect(w.log).not.toContain('1.terminate');
    await vi.advanceTimersByTimeAsync(12_000);
    await told;
  });

  test('a worker that hangs right after its answer is not excused by the job that is over', async () => {
    const { answer, fallSilent } = silenced();
    const scoring = deferred<Outcome<never>>();
    const w = workers((name, n) => (name === 'evaluate' ? scoring.promise : answer(name, n)));
    const engine = createEngine(w.connect);
    await engine.open(job, [file]);
    await vi.advanceTimersByTimeAsync(2000);
    const running = engine.evaluate(job, recipe, null, null, 'live');
    fallSilent();
    await vi.advanceTimersByTimeAsync(100_000);
    scoring.resolve(ok);
    expect(await running).toBe('done');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(w.log).toContain('1.terminate');
  });

  test('a script that comes slowly has a minute', async () => {
    const w = workers(() => never);
    const told = expect(createEngine(w.connect).environment(job)).rejects.toMatchObject({ code: 'engine-stopped' });
    await vi.advanceTimersByTimeAsync(59_000);
    expect(w.log).not.toContain('1.terminate');
    await vi.advanceTimersByTimeAsync(3000);
    await told;
  });

  test('nobody listens to a worker that was ended', async () => {
    const engine = createEngine(workers(() => ok).connect);
    await engine.open(job, [file]);
    engine.dispose();
    expect(vi.getTimerCount()).toBe(0);
  });
});

test('a worker that ends while nothing runs: the next job has a new one with model and data', async () => {
  const w = workers(() => ok);
  const engine = createEngine(w.connect);
  await engine.open(job, [file]);
  await engine.setData(job, 'digits', card, [file], { calibration: 128, scored: null }, DEFAULT_LIMITS);
  w.ends[0]?.('the browser ended it');
  await Promise.resolve();
  expect(await engine.preview(job, recipe)).toBe('done');
  expect(w.log.slice(-5)).toEqual(['1.terminate', '2.watchDevice', '2.open', '2.setData', '2.preview']);
  engine.dispose();
});

test('words without a job do not wait for a worker that is gone', async () => {
  const w = workers((name) => (['stats', 'clearData', 'loseDevice'].includes(name) ? never : ok));
  const engine = createEngine(w.connect);
  await engine.open(job, [file]);
  const words = [engine.stats(), engine.clearData(), engine.loseDevice()];
  w.ends[0]?.('the browser ended it');
  expect(await Promise.all(words)).toEqual([{ sessionsCreated: 0, deviceLosses: 0 }, undefined, undefined]);
});

test('a model opened after a restart waits until the old one is in, and takes its place for good', async () => {
  const old = deferred<Outcome<never>>();
  let opens = 0;
  const w = workers((name, n) => (n === 2 && name === 'open' && ++opens === 1 ? old.promise : ok));
  const engine = createEngine(w.connect);
  await engine.open(job, [file]);
  w.ends[0]?.('the browser ended it');
  await Promise.resolve();
  const opening = engine.open(job, [{ path: 'new.onnx', blob: new Blob(['y']) }]);
  await vi.waitFor(() => expect(opens).toBe(1));
  old.resolve({ ok: false, error: { code: 'bad-model', message: 'The file has changed.', remedy: '' } });
  await opening;
  expect(opens).toBe(2);
  expect(await engine.preview(job, recipe)).toBe('done');
  engine.dispose();
});

test('samples that cannot be read again are told, until others are set', async () => {
  const w = workers((name, n) =>
    n === 2 && name === 'setData' && !w.log.includes('2.clearData')
      ? { ok: false, error: { code: 'bad-data', message: 'The file has changed.', remedy: '' } }
      : ok,
  );
  const engine = createEngine(w.connect);
  await engine.open(job, [file]);
  await engine.setData(job, 'digits', card, [file], { calibration: 128, scored: null }, DEFAULT_LIMITS);
  w.ends[0]?.('the browser ended it');
  await Promise.resolve();
  await expect(engine.evaluate(job, recipe, null, null, 'live')).rejects.toMatchObject({ code: 'bad-data' });
  await engine.clearData();
  expect(await engine.evaluate(job, recipe, null, null, 'live')).toBe('done');
  engine.dispose();
});

test('a hang and a crash replace the worker and are told to the caller', async () => {
  const hung = workers((name, n) =>
    n === 1 && name === 'evaluate' ? { ok: false, error: { code: 'runtime-hung', message: 'No answer.', remedy: '' } } : ok,
  );
  const engine = createEngine(hung.connect);
  await expect(engine.evaluate(job, recipe, null, null, 'live')).rejects.toMatchObject({ code: 'runtime-hung' });
  expect(await engine.evaluate(job, recipe, null, null, 'live')).toBe('done');
  expect(hung.log).toContain('1.terminate');

  const crashing = workers((name, n) => (n === 1 && name === 'evaluate' ? never : ok));
  const second = createEngine(crashing.connect);
  const running = second.evaluate(job, recipe, null, null, 'live');
  crashing.ends[0]?.('memory access out of bounds');
  await expect(running).rejects.toMatchObject({
    code: 'engine-stopped',
    message: 'The engine stopped: memory access out of bounds.',
    remedy: expect.stringContaining('Try again'),
  });
  expect(await second.evaluate(job, recipe, null, null, 'live')).toBe('done');
});
