import { expect, test } from 'vitest';
import { WhittleError } from '../../base/errors';
import type { JobNews } from '../protocol/index';
import { Jobs } from './jobs';

function ignore(): void {}

test('results and failures come back as outcomes', async () => {
  const jobs = new Jobs();
  expect(await jobs.run(1, ignore, () => Promise.resolve(5))).toEqual({ ok: true, value: 5 });
  const failed = await jobs.run(2, ignore, () => Promise.reject(new WhittleError('bad-model', 'No graph.', 'Export again.')));
  expect(failed).toEqual({ ok: false, error: { code: 'bad-model', message: 'No graph.', remedy: 'Export again.' } });
});

test('cancel fires the signal, waits for the task to stop, and drops its late news', async () => {
  const jobs = new Jobs();
  const seen: JobNews<string>[] = [];
  const running = jobs.run(
    1,
    (news: JobNews<string>) => seen.push(news),
    async (job) => {
      job.onProgress({ stage: 's', done: 1, total: 1, startedAt: 0 });
      job.send('cell');
      while (!job.signal.aborted) await Promise.resolve(jobs.cancel(1));
      job.onProgress({ stage: 's', done: 1, total: 1, startedAt: 0 });
      job.send('late');
      job.signal.throwIfAborted();
    },
  );
  expect(await running).toMatchObject({ ok: false, error: { code: 'aborted' } });
  expect(seen).toEqual([{ progress: { stage: 's', done: 1, total: 1, startedAt: 0 } }, { event: 'cell' }]);
});

test('a job that finishes after it was cancelled does not succeed', async () => {
  const jobs = new Jobs();
  const running = jobs.run(3, ignore, () => {
    jobs.cancel(3);
    return Promise.resolve('late');
  });
  expect(await running).toMatchObject({ ok: false, error: { code: 'aborted' } });
});

test('an outer reason is what the page is told', async () => {
  const lost = new AbortController();
  const running = new Jobs().run(1, ignore, () => new Promise<number>(() => {}), [lost.signal]);
  lost.abort(new WhittleError('device-lost', 'The GPU was lost.', 'Try again.'));
  expect(await running).toMatchObject({ ok: false, error: { code: 'device-lost', message: 'The GPU was lost.' } });
});
