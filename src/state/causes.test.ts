import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { WhittleError } from '../base/errors';
import { FULL } from '../report/testing/results';
import { followCauses } from './causes';
import { proposeData, setLimits } from './data';
import { useDocument, type ErrorPlace } from './document';
import { runJob, runQuietly } from './jobs';
import { setTarget, undo } from './recipe';
import { fakeEngine, type FakeEngine } from './testing/fake-engine';
import { freshPage } from './testing/fresh-page';

const bad = new WhittleError('bad-data', 'Rounding "gptq" needs samples, and there are none.');
const error = () => useDocument.getState().error;
const { data } = FULL;
if (!data) throw new Error('There are no samples.');
const files = [{ path: 'cats.npz', blob: new Blob() }];
let fake: FakeEngine;

beforeAll(followCauses);
beforeEach(() => {
  freshPage();
  fake = fakeEngine();
  useDocument.setState({ opened: FULL.opened });
});

const changes: Readonly<Record<string, () => unknown>> = {
  recipe: () => setTarget('wasm'),
  samples: () => useDocument.setState({ data }),
  model: () => useDocument.setState({ opened: { ...FULL.opened, sha256: 'another' } }),
  limits: () => setLimits({ ...useDocument.getState().limits, maxPixels: 1 }),
  files: async () => {
    const done = proposeData(files);
    (await fake.next('proposeData')).answer({ name: 'cats', card: data.card, why: [], given: false });
    await done;
  },
};
const HANGS_ON: readonly (readonly [ErrorPlace, readonly string[]])[] = [
  ['recipe', ['recipe', 'samples', 'model']],
  ['run', ['recipe', 'samples', 'model']],
  ['data', ['samples', 'model', 'limits', 'files']],
  ['open', ['model']],
];

describe.each(HANGS_ON)('an error of "%s"', (where, causes) => {
  test.each(Object.keys(changes))('and other %s', async (what) => {
    useDocument.setState({ error: { where, error: bad } });
    await changes[what]?.();
    expect(error()).toEqual(causes.includes(what) ? null : { where, error: bad });
  });
});

test('an error that comes with a change is told', () => {
  useDocument.setState({ data, error: { where: 'run', error: bad } });
  expect(error()).not.toBeNull();
});

const failed = (): Promise<never> => Promise.reject(bad);

test('what quiet work says of a recipe that was left is not told; of the one that stands it is', async () => {
  await runQuietly('recipe', async () => {
    setTarget('wasm');
    return failed();
  });
  expect(error()).toBeNull();
  await runQuietly('recipe', failed);
  expect(error()).toMatchObject({ where: 'recipe' });
  undo();
  expect(error()).toBeNull();
});

test('a job that a person waits for tells of its failure whatever changed meanwhile', async () => {
  await expect(
    runJob('Scoring', 'run', () => {
      setTarget('wasm');
      return Promise.reject(bad);
    }),
  ).rejects.toBe(bad);
  expect(error()).toMatchObject({ where: 'run' });
});
