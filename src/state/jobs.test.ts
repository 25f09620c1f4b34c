import { beforeEach, describe, expect, test, vi } from 'vitest';
import { deferred } from '../base/deferred';
import { WhittleError } from '../base/errors';
import type { Job, OnProgress, Progress } from '../base/job';
import { useDocument } from './document';
import { cancelJob, runFollower, runJob, runQuietly, useJobs } from './jobs';
import { freshPage } from './testing/fresh-page';

const at = (done: number): Progress => ({ stage: 'Reading', done, total: 10, startedAt: 1 });
const bad = new WhittleError('bad-data', 'There is no label.', 'Add one.');
const running = () => useJobs.getState().running;
const error = () => useDocument.getState().error;

/** A job under way, and what ends it. */
async function begun(title = 'Scoring', where: 'run' | 'data' = 'run') {
  const started = deferred<Job>();
  const { promise, resolve, reject } = deferred<string>();
  const done = runJob(title, where, (job) => {
    started.resolve(job);
    return promise;
  });
  done.catch(() => {});
  return { done, job: await started.promise, resolve, reject };
}

/** A follower under way, which has reported once. */
async function following(cancel = () => {}) {
  const started = deferred<OnProgress>();
  const { promise, resolve } = deferred<string>();
  const done = runFollower('Fitting', 'recipe', cancel, (onProgress) => {
    started.resolve(onProgress);
    return promise;
  });
  const onProgress = await started.promise;
  onProgress(at(1));
  return { done, onProgress, resolve };
}

beforeEach(freshPage);

describe('a job that a person waits for', () => {
  test('is shown from its start, with its progress, to its end', async () => {
    const { done, job, resolve } = await begun();
    expect(running()).toMatchObject({ title: 'Scoring', progress: { stage: 'Scoring', done: 0, total: 1 } });
    job.onProgress(at(3));
    expect(running()).toMatchObject({ title: 'Scoring', progress: at(3) });
    resolve('58.8 %');
    expect(await done).toBe('58.8 %');
    expect(running()).toBeNull();
  });

  test.each([
    ['the row of the job', () => running()?.cancel()],
    ['a key', cancelJob],
  ])('is cancelled from %s, which is a note and no error', async (_from, cancel) => {
    const { done, job, reject } = await begun();
    expect(job.signal.aborted).toBe(false);
    cancel();
    expect(job.signal.aborted).toBe(true);
    reject(new WhittleError('aborted', 'Stopped.'));
    await expect(done).rejects.toMatchObject({ code: 'aborted' });
    expect(useJobs.getState()).toMatchObject({ running: null, lastNote: 'Scoring: stopped.' });
    expect(error()).toBeNull();
  });

  test('shows its error at its place and throws it on', async () => {
    const { done, reject } = await begun('Reading', 'data');
    reject(bad);
    await expect(done).rejects.toBe(bad);
    expect(error()).toEqual({ where: 'data', error: { code: 'bad-data', message: 'There is no label.', remedy: 'Add one.' } });
    expect(useJobs.getState()).toMatchObject({ running: null, lastNote: null });
  });

  test('takes away the error and the note of the job before it, but no error of another place', async () => {
    useJobs.setState({ lastNote: 'Scoring: stopped.' });
    useDocument.setState({ error: { where: 'data', error: bad } });
    const elsewhere = await begun('Scoring', 'run');
    expect(error()).not.toBeNull();
    expect(useJobs.getState().lastNote).toBeNull();
    elsewhere.resolve('');
    await begun('Reading', 'data').then(({ resolve }) => resolve(''));
    expect(error()).toBeNull();
  });

  test('leaves a lost device to the notice of its own', async () => {
    const { done, reject } = await begun();
    reject(new WhittleError('device-lost', 'The GPU is gone.'));
    await expect(done).rejects.toMatchObject({ code: 'device-lost' });
    expect(error()).toBeNull();
  });

  test('is not shown again by a report that comes after its end', async () => {
    const { done, job, resolve } = await begun();
    resolve('');
    await done;
    job.onProgress(at(9));
    expect(running()).toBeNull();
  });

  test('waits for the one before it, also where that fails, and is not stopped or named by it', async () => {
    const first = await begun('First');
    const work = vi.fn((job: Job) => Promise.resolve(job.signal.aborted));
    const second = runJob('Second', 'run', work);
    cancelJob();
    await Promise.resolve();
    expect(work).not.toHaveBeenCalled();
    first.reject(bad);
    await expect(first.done).rejects.toBe(bad);
    expect(await second).toBe(false);
    const third = await begun('Third');
    first.job.onProgress(at(9));
    expect(running()?.title).toBe('Third');
    third.resolve('');
  });
});

describe('quiet work', () => {
  test('is counted while it runs, in no row', async () => {
    const [a, b] = [deferred<number>(), deferred<number>()];
    const both = [runQuietly('recipe', () => a.promise), runQuietly('recipe', () => b.promise)];
    expect(useJobs.getState()).toMatchObject({ quiet: 2, running: null });
    a.resolve(1);
    expect(await both[0]).toBe(1);
    expect(useJobs.getState().quiet).toBe(1);
    b.reject(bad);
    expect(await both[1]).toBeNull();
    expect(useJobs.getState().quiet).toBe(0);
  });

  test('shows its error at its place; superseded work ends in silence', async () => {
    expect(await runQuietly('recipe', () => Promise.reject(new DOMException('', 'AbortError')))).toBeNull();
    expect(error()).toBeNull();
    expect(useJobs.getState().lastNote).toBeNull();
    expect(await runQuietly('recipe', () => Promise.reject(bad))).toBeNull();
    expect(error()?.where).toBe('recipe');
  });
});

describe('a follower that may take minutes', () => {
  test('is shown once it reports, is counted, and can be stopped', async () => {
    const cancel = vi.fn();
    const { done, resolve } = await following(cancel);
    expect(useJobs.getState()).toMatchObject({ quiet: 1, running: { title: 'Fitting', progress: at(1) } });
    cancelJob();
    expect(cancel).toHaveBeenCalledOnce();
    expect(useJobs.getState().lastNote).toBe('Fitting: stopped.');
    resolve('fitted');
    expect(await done).toBe('fitted');
    expect(useJobs.getState()).toMatchObject({ quiet: 0, running: null });
  });

  test('gives its row to a job that the person asks for', async () => {
    const follower = await following();
    const job = await begun();
    follower.onProgress(at(2));
    expect(running()?.title).toBe('Scoring');
    follower.resolve('');
    await follower.done;
    expect(running()?.title).toBe('Scoring');
    job.resolve('');
    await job.done;
  });

  test('is not shown again by a report that comes after its end', async () => {
    const { done, onProgress, resolve } = await following();
    resolve('');
    await done;
    onProgress(at(9));
    expect(running()).toBeNull();
  });
});
