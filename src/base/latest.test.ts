import { expect, test } from 'vitest';
import { Latest } from './latest';

test('a newer task aborts the older, even if the older ignores its signal', async () => {
  const latest = new Latest();
  const first = latest.start(async () => {
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    return 'old';
  });
  const second = latest.start(() => Promise.resolve('new'));
  expect(await second).toBe('new');
  await expect(first).rejects.toMatchObject({ name: 'AbortError' });
});

test('cancel and the outer signal both stop it', async () => {
  const latest = new Latest();
  const a = latest.start((signal) => Promise.resolve(latest.cancel()).then(() => signal.aborted));
  await expect(a).rejects.toMatchObject({ name: 'AbortError' });
  await expect(latest.start(() => Promise.resolve(1), AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' });
});

test('a superseded task that fails is superseded, not failed', async () => {
  const latest = new Latest();
  const first = latest.start(() => Promise.reject(new Error('of no interest')));
  const second = latest.start(() => Promise.reject(new Error('shown')));
  await expect(first).rejects.toMatchObject({ name: 'AbortError' });
  await expect(second).rejects.toThrow('shown');
});
