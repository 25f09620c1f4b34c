import { beforeEach, expect, test, vi } from 'vitest';
import { useDocument } from './document';
import { makeEngineBy, theEngine } from './engine';
import { fakeEngine } from './testing/fake-engine';
import { freshPage } from './testing/fresh-page';

beforeEach(freshPage);

test('the engine is made once, when it is first asked for', async () => {
  const { engine } = fakeEngine();
  const make = vi.fn(() => Promise.resolve(engine));
  makeEngineBy(make);
  expect(make).not.toHaveBeenCalled();
  expect(await Promise.all([theEngine(), theEngine()])).toEqual([engine, engine]);
  expect(make).toHaveBeenCalledOnce();
});

test('one that did not load is told of, and asked for again', async () => {
  const { engine } = fakeEngine();
  makeEngineBy(vi.fn(() => Promise.resolve(engine)).mockRejectedValueOnce(new Error('no network')));
  await expect(theEngine()).rejects.toMatchObject({ code: 'engine-stopped' });
  expect(useDocument.getState().error).toMatchObject({
    where: 'run',
    error: { code: 'engine-stopped', message: 'The engine did not load: no network' },
  });
  expect(await theEngine()).toBe(engine);
});

test('a lost device is told of, and what was compared on it is forgotten', async () => {
  const fake = fakeEngine();
  await theEngine();
  useDocument.setState({ check: { ok: true, checked: null, maxAbs: 0, sqnrDb: null, layout: 'NHWC', repaired: false, verdict: '' } });
  fake.loseDevice('The driver was reset.');
  expect(useDocument.getState()).toMatchObject({ lostReason: 'The driver was reset.', check: null });
});
