import { afterEach, expect, test, vi } from 'vitest';
import { deferred } from './deferred';
import { holdLock, untilGone } from './worker-lock';

/**
 * Exclusive locks by name, first come, first served, as a browser grants them; `endHolder` is what it does when a holder's thread is gone.
 */
function locks() {
  const held = new Map<string, () => void>();
  type Callback = () => unknown;
  const request = async (name: string, given: { readonly signal?: AbortSignal } | Callback, then?: Callback): Promise<unknown> => {
    const { signal, callback } = typeof given === 'function' ? { callback: given } : { callback: then, signal: given.signal };
    const before = held.get(name);
    const freed = deferred<void>();
    if (before) {
      held.set(name, () => {
        before();
        freed.resolve();
      });
      const aborted = deferred<never>();
      signal?.addEventListener('abort', () => aborted.reject(new DOMException('aborted', 'AbortError')));
      await Promise.race([freed.promise, aborted.promise]);
    } else held.set(name, () => {});
    return callback?.();
  };
  return { request: vi.fn(request), endHolder: () => held.forEach((free) => free()) };
}

afterEach(() => vi.unstubAllGlobals());

test('the end of a holder is told, and nothing before it', async () => {
  const manager = locks();
  vi.stubGlobal('navigator', { locks: manager });
  let isGone = false;
  const gone = untilGone({ holdLock }, new AbortController().signal).then(() => (isGone = true));
  await vi.waitFor(() => expect(manager.request).toHaveBeenCalledTimes(2));
  await new Promise((resolve) => {
    setTimeout(resolve, 0);
  });
  expect(isGone).toBe(false);
  manager.endHolder();
  await gone;
});

test('each worker has a lock of its own, and an owner that ends its worker stops waiting', async () => {
  const manager = locks();
  vi.stubGlobal('navigator', { locks: manager });
  const names: string[] = [];
  const holder = {
    holdLock: (name: string) => {
      names.push(name);
      return holdLock(name);
    },
  };
  const ended = new AbortController();
  const both = [untilGone(holder, ended.signal), untilGone(holder, ended.signal)];
  await vi.waitFor(() => expect(manager.request).toHaveBeenCalledTimes(4));
  expect(new Set(names).size).toBe(2);
  ended.abort();
  for (const gone of both) await expect(gone).rejects.toMatchObject({ name: 'AbortError' });
});
