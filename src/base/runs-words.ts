import { counted } from './plural';

/** What a latency stands on: "50 runs", or "50 timings of 12 runs each" where the clock is too coarse for single runs. */
export function runsWords({ runs, repeats }: { readonly runs: number; readonly repeats: number }): string {
  return repeats === 1 ? counted(runs, 'run') : `${counted(runs, 'timing')} of ${counted(repeats, 'run')} each`;
}
