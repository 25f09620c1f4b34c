/**
 * A function to await in long loops: it gives the event loop a turn when `everyMs` have passed since the last one. A loop of
 * promises alone never does, so that a cancel would wait for its end.
 */
export function createYielder(everyMs = 50, now: () => number = () => performance.now()): () => Promise<void> {
  let last = now();
  return async () => {
    if (now() - last < everyMs) return;
    await new Promise((resolve) => {
      setTimeout(resolve, 0);
    });
    last = now();
  };
}
