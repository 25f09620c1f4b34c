import { expect, test } from 'vitest';
import { createYielder } from './yielder';

test('lets other tasks in, but not at every step', async () => {
  let clock = 0;
  let turns = 0;
  const timer = setInterval(() => (turns += 1), 0);
  const yieldTurn = createYielder(10, () => clock);
  for (let i = 0; i < 50; i++) await yieldTurn();
  expect(turns).toBe(0);
  for (let i = 0; i < 50; i++) {
    clock += 10;
    await yieldTurn();
  }
  clearInterval(timer);
  expect(turns).toBeGreaterThan(5);
});
