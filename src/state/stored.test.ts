import { expect, test } from 'vitest';
import { clearStored, learnStored, useStored } from './stored';
import { fakeEngine } from './testing/fake-engine';

test('what is stored is asked for, and is nothing once it was cleared', async () => {
  const fake = fakeEngine();
  const learned = learnStored();
  const asked = await fake.next('storedResults');
  expect(asked.args).toEqual([false]);
  const some = { entries: 2, bytes: 5000, budgetBytes: 2 ** 30 };
  asked.answer(some);
  await learned;
  expect(useStored.getState().usage).toBe(some);
  const cleared = clearStored();
  const removal = await fake.next('storedResults');
  expect(removal.args).toEqual([true]);
  removal.answer({ ...some, entries: 0, bytes: 0 });
  await cleared;
  expect(useStored.getState().usage?.bytes).toBe(0);
});
