import { expect, test } from 'vitest';
import { createBreath } from './breath';

test('lets other tasks in, but not at every step', async () => {
  let clock = 0;
  let turns = 0;
  const timer = setInterval(() => (turns += 1), 0);
  const breath = createBreath(10, () => clock);
  for (let i = 0; i < 50; i++) await breath();
  expect(turns).toBe(0);
  for (let i = 0; i < 50; i++) {
    clock += 10;
    await breath();
  }
  clearInterval(timer);
  expect(turns).toBeGreaterThan(5);
});
