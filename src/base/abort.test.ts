import { expect, test } from 'vitest';
import { untilAborted } from './abort';

test('gives the result, the failure, or the reason of the signal', async () => {
  const { signal } = new AbortController();
  expect(await untilAborted(Promise.resolve(4), signal)).toBe(4);
  await expect(untilAborted(Promise.reject(new Error('own')), signal)).rejects.toThrow('own');
  const controller = new AbortController();
  const waiting = untilAborted(new Promise(() => {}), controller.signal);
  controller.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
  await expect(untilAborted(Promise.resolve(1), AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' });
});
