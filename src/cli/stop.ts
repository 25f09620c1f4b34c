const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

/** Longest that tidying up may take before the process ends all the same, and with it, killed, its browser. */
const TIDY_MS = 5000;

/**
 * Ends the process on Ctrl-C and the like with the usual code, once `tidy` is done; a second signal ends it at once. Returns whether one
 * came. @param clear takes away what stands on the terminal for the moment.
 */
export function stopOnSignals(tidy: () => Promise<void>, clear: () => void): () => boolean {
  let stopped = false;
  for (const [signal, number] of Object.entries(SIGNALS)) {
    process.on(signal, () => {
      if (stopped) process.exit(128 + number);
      stopped = true;
      clear();
      console.error('Stopped: nothing was written.');
      void within(tidy(), TIDY_MS).finally(() => process.exit(128 + number));
    });
  }
  return () => stopped;
}

/** Waits for work that may never end, for so long. Its failures are nobody's: it was to tidy up. */
export async function within(work: Promise<unknown>, ms: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work.catch(() => undefined), late]);
  clearTimeout(timer);
}
