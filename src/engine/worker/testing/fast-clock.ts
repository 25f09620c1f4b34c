import { vi } from 'vitest';

/**
 * The clock of measurements runs `speed` times faster from now on: what waits for seconds to pass (warm-up until WebAssembly is compiled,
 * budgets of time) ends sooner. For tests of what is measured and told, not of how long anything takes. Gives what undoes it.
 */
export function fastClock(speed = 20): () => void {
  const now = performance.now.bind(performance);
  const spy = vi.spyOn(performance, 'now').mockImplementation(() => now() * speed);
  return () => spy.mockRestore();
}
