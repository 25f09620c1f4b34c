/** Whether a worker's thread still turns: it is asked once a second, by the channel of its calls, and answers between two tasks. */

const TICK_MS = 1000;
/** Seconds without an answer that are taken for a hang. Ticks are counted, so that a laptop that slept is no hang. */
const SILENCE = {
  /** The first answer waits for the script, which may come over a slow line. */
  starting: 60,
  /** Nothing was asked of it. */
  idle: 8,
  /** WASM runs whole models in one task, and a large one takes minutes; whoever waits can cancel sooner. */
  busy: 600,
} as const;

export interface Pulse {
  /** Settles when the worker has answered. Asked in order with the calls: one sent before a job is answered before it begins. */
  readonly ping: () => Promise<unknown>;
  /** Whether the worker has something to do now. */
  readonly isBusy: () => boolean;
  /** Called once, with the seconds waited in vain. */
  readonly onSilent: (seconds: number) => void;
}

/** Starts asking. Returns the function that stops it. */
export function watchPulse({ ping, isBusy, onSilent }: Pulse): () => void {
  let state: keyof typeof SILENCE = 'starting';
  let isAsked = false;
  let ticks = 0;

  const ask = (): void => {
    isAsked = true;
    ticks = 0;
    void ping().then(() => {
      isAsked = false;
      state = 'idle';
    }, ignore);
    if (state !== 'starting') state = isBusy() ? 'busy' : 'idle';
  };
  const timer = setInterval(() => {
    if (!isAsked) return ask();
    ticks += 1;
    // The job is over, and the question is still open: from now on nothing excuses the silence.
    if (state === 'busy' && !isBusy()) {
      state = 'idle';
      ticks = 0;
    }
    if (ticks < SILENCE[state]) return;
    clearInterval(timer);
    onSilent(ticks);
  }, TICK_MS);
  return () => clearInterval(timer);
}

/** A worker that ends leaves its last question open or refused: others tell of that. */
function ignore(): void {}
