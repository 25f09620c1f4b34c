import { expect, test, vi } from 'vitest';
import { deferred } from '../base/deferred';
import { WhittleError } from '../base/errors';
import { FULL } from '../report/testing/results';
import { installAutomation, type Automation } from './automation';
import { useDocument } from './document';
import { makeEngineBy } from './engine';
import { runQuietly, useJobs } from './jobs';
import { fake, followInTests, openFollowed, pass, previewOf, recipe, setBits, SETTLE_MS } from './testing/followed';
import { selectLayer } from './view';

followInTests();

function installed(): Automation {
  const page: { whittle?: Automation } = {};
  vi.stubGlobal('window', page);
  installAutomation();
  if (!page.whittle) throw new Error('Nothing is installed.');
  return page.whittle;
}

/** Tells when the page is idle. */
function whenIdle(): () => void {
  const told = vi.fn();
  void installed().idle().then(told);
  return told;
}

test('idle comes once sliders are followed to their end and quiet work is done', async () => {
  await openFollowed(null);
  setBits(7);
  const told = whenIdle();
  await pass(SETTLE_MS);
  (await fake().next('preview')).answer(previewOf(recipe()));
  const work = deferred<string>();
  const quiet = runQuietly('run', () => work.promise);
  await pass(1);
  expect(told).not.toHaveBeenCalled();
  work.resolve('done');
  await quiet;
  await pass(1);
  expect(told).toHaveBeenCalledOnce();
});

test('idle comes where the engine does not load', async () => {
  makeEngineBy(() => Promise.reject(new Error('404')));
  useDocument.setState({ opened: FULL.opened });
  selectLayer('conv1');
  const told = whenIdle();
  await pass(SETTLE_MS);
  await pass(1);
  expect(told).toHaveBeenCalledOnce();
});

test('idle comes after a job whose last report is late', async () => {
  const automation = installed();
  const scored = automation.evaluate(null, null);
  const told = whenIdle();
  const call = await fake().next('evaluate');
  call.fail(new WhittleError('aborted', 'Stopped.'));
  expect(await scored).toMatchObject({ ok: false, error: { code: 'aborted' } });
  call.following.onProgress?.({ stage: 'Scoring', done: 1, total: 2, startedAt: 0 });
  expect(useJobs.getState().running).toBeNull();
  await pass(1);
  expect(told).toHaveBeenCalledOnce();
});
