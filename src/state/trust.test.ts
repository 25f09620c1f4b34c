import { beforeEach, expect, test } from 'vitest';
import { BY_CHANCE, FULL } from '../report/testing/results';
import { useDocument } from './document';
import { setOption } from './recipe';
import { useResults } from './results';
import { fakeEngine, type FakeEngine } from './testing/fake-engine';
import { freshPage } from './testing/fresh-page';
import { askingFirst, useTrust } from './trust';

const { data, evaluation } = FULL;
if (!evaluation) throw new Error('The results have no scores.');
const BAD = { ...evaluation, chance: BY_CHANCE };
let fake: FakeEngine;
let runs = 0;
const action = (): Promise<string> => {
  runs += 1;
  return Promise.resolve('done');
};
const question = () => useTrust.getState().question;
/** Lets what waits for nothing else go on. */
const turn = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, 0));

beforeEach(() => {
  freshPage();
  fake = fakeEngine();
  runs = 0;
  useDocument.setState({ data });
});

test('an action that learns from doubtful samples asks first; no keeps it from running, yes holds for these samples', async () => {
  useResults.setState({ evaluation: BAD });
  const refused = askingFirst(true, action);
  await turn();
  expect([runs, question() !== null]).toEqual([0, true]);
  question()?.answer('leave');
  expect(await refused).toBeNull();
  expect([runs, question()]).toEqual([0, null]);
  const asked = askingFirst(true, action);
  await turn();
  question()?.answer('go on');
  expect(await asked).toBe('done');
  expect(await askingFirst(true, action)).toBe('done');
  // Other samples are another question.
  useDocument.setState({ data: data && { ...data } });
  void askingFirst(true, action);
  await turn();
  expect([runs, question() !== null]).toEqual([2, true]);
  question()?.answer('leave');
});

test('the original is scored first where nothing was yet', async () => {
  const asked = askingFirst(true, action);
  const score = await fake.next('evaluate');
  expect(score.args).toMatchObject([{ passes: [] }, null, null, 'live']);
  score.answer(BAD);
  await turn();
  expect(runs).toBe(0);
  question()?.answer('go on');
  expect(await asked).toBe('done');
});

test('nothing is asked of samples that the original answers, of those without labels, and where nothing learns', async () => {
  useResults.setState({ evaluation });
  await askingFirst(true, action);
  useResults.setState({ evaluation: BAD });
  await askingFirst(false, action);
  await askingFirst('as the recipe', action);
  expect([runs, question()]).toEqual([3, null]);
  setOption(2, 'rounding', 'gptq');
  void askingFirst('as the recipe', action);
  await turn();
  expect([runs, question() !== null]).toEqual([3, true]);
  question()?.answer('leave');
  useResults.setState({ evaluation: null });
  useDocument.setState({ data: data && { ...data, labelled: false } });
  await askingFirst(true, action);
  useDocument.setState({ data: null });
  await askingFirst(true, action);
  expect(runs).toBe(5);
});
