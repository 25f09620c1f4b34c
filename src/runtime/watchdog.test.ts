import { expect, test } from 'vitest';
import { withWatchdog } from './watchdog';

test('a pending run is reported as hung, a settled one is not', async () => {
  await expect(withWatchdog(new Promise(() => {}), 'Run', 0.01, 2)).rejects.toMatchObject({ code: 'runtime-hung' });
  expect(await withWatchdog(Promise.resolve(3), 'Run', 0.01, 2)).toBe(3);
  await expect(withWatchdog(Promise.reject(new Error('own')), 'Run', 0.01, 2)).rejects.toThrow('own');
});
