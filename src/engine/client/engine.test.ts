import { expect, test, vi } from 'vitest';
import { deferred } from '../../base/deferred';
import type { Progress } from '../../base/job';
import type { EngineApi, Outcome } from '../protocol/index';
import type { Link } from './connect';
import { createEngine } from './engine';

const signal = new AbortController().signal;
const recipe = { version: 1, target: 'webgpu', passes: [] } as const;
const file = { path: 'm.onnx', blob: new Blob(['x']) };

/** A worker in this thread: `answer` says what each named call gives. Every call is logged. */
function workers(answer: (call: string, worker: number, args: readonly unknown[]) => Promise<Outcome<never>> | Outcome<never>) {
  const log: string[] = [];
  const crash: ((reason: string) => void)[] = [];
  let started = 0;
  const connect = (): Link => {
    const n = ++started;
    const crashed = deferred<string>();
    crash.push(crashed.resolve);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the proxy below has every method
    const api = new Proxy({} as EngineApi, {
      get: (_target, name: string) => async (...args: unknown[]) => {
        log.push(`${n}.${name}${name === 'cancel' ? ` ${String(args[0])}` : ''}`);
        return answer(name, n, args);
      },
    });
    return { api, crashed: crashed.promise, terminate: () => log.push(`${n}.terminate`) };
  };
  return { connect, log, crash, started: () => started };
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- one answer for calls of every type
const ok = { ok: true, value: 'done' as never } as const;
const never = new Promise<Outcome<never>>(() => {});

test('the worker starts with the first call; the model is sent once', async () => {
  const w = workers(() => ok);
  const engine = createEngine(w.connect);
  expect(await engine.stats()).toEqual({ sessionsCreated: 0, deviceLosses: 0 });
  expect(w.started()).toBe(0);
  await engine.open(signal, [file]);
  expect(await engine.preview(signal, recipe)).toBe('done');
  expect(w.log).toEqual(['1.watchDevice', '1.open', '1.preview']);
});

test('failures are WhittleErrors with their code and remedy', async () => {
  const w = workers(() => ({ ok: false, error: { code: 'not-onnx', message: 'A TensorFlow Lite file.', remedy: 'Convert it.' } }));
  await expect(createEngine(w.connect).open(signal, [file])).rejects.toMatchObject({ name: 'WhittleError', code: 'not-onnx', remedy: 'Convert it.' });
});

test('progress that arrives after the answer is not passed on', async () => {
  const late: ((progress: Progress) => void)[] = [];
  const w = workers((name, _worker, args) => {
    const events = args.at(-1);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the last argument of a long call is its listener
    if (name === 'open' && typeof events === 'function') late.push(events as (progress: Progress) => void);
    return ok;
  });
  const heard: string[] = [];
  await createEngine(w.connect).open(signal, [file], ({ stage }) => heard.push(stage));
  for (const events of late) events({ stage: 'late', done: 1, total: 1, startedAt: 0 });
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
  const running = engine.preview(controller.signal, recipe);
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
  await engine.open(signal, [file]);
  const controller = new AbortController();
  const stuck = engine.preview(controller.signal, recipe);
  const bystander = engine.histogram(signal, recipe, 'a', null, 8);
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

test('a hang and a crash replace the worker and are told to the caller', async () => {
  const hung = workers((name, n) => (n === 1 && name === 'evaluate' ? { ok: false, error: { code: 'runtime-hung', message: 'No answer.', remedy: '' } } : ok));
  const engine = createEngine(hung.connect);
  await expect(engine.evaluate(signal, recipe, null, null, 'live')).rejects.toMatchObject({ code: 'runtime-hung' });
  expect(await engine.evaluate(signal, recipe, null, null, 'live')).toBe('done');
  expect(hung.log).toContain('1.terminate');

  const crashing = workers((name, n) => (n === 1 && name === 'evaluate' ? never : ok));
  const second = createEngine(crashing.connect);
  const running = second.evaluate(signal, recipe, null, null, 'live');
  crashing.crash[0]?.('memory access out of bounds');
  await expect(running).rejects.toThrow('memory access out of bounds');
  expect(await second.evaluate(signal, recipe, null, null, 'live')).toBe('done');
});
