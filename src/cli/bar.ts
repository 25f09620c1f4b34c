/** How far a job is, in one line. */
import type { Progress } from '../base/job';
import { formatElapsed } from '../base/format';

const CELLS = 20;
/** Before this nothing can be said of how long the rest takes. */
const KNOWN_MS = 2000;

/** The line, `width` columns at most. @param step what is done now @param runMs since the run began @param now epoch milliseconds. */
export function barLine(step: string, progress: Progress | null, runMs: number, now: number, width: number): string {
  const elapsed = formatElapsed(runMs);
  if (progress === null) return cut(`${step} … ${elapsed}`, width);
  const share = shareOf(progress);
  const full = Math.round(share * CELLS);
  const bar = `${'█'.repeat(full)}${'░'.repeat(CELLS - full)} ${Math.floor(100 * share)
    .toString()
    .padStart(3)} %`;
  const left = leftMs(progress, now);
  const times = left === null ? elapsed : `${elapsed}, ${formatElapsed(left)} left`;
  const head = `${bar}  ${times}  `;
  const both = progress.stage === step ? step : `${step}: ${progress.stage}`;
  // Where there is no room for both, what moves says more.
  return cut(head + (head.length + both.length <= width ? both : progress.stage), width);
}

/** 0..1. */
export function shareOf({ done, total }: Progress): number {
  return total > 0 ? Math.min(1, Math.max(0, done / total)) : 0;
}

/** Milliseconds that the rest of this job takes at the pace so far; null where it cannot be told. */
export function leftMs(progress: Progress, now: number): number | null {
  const share = shareOf(progress);
  const spent = now - progress.startedAt;
  return share === 0 || share === 1 || spent < KNOWN_MS ? null : (spent * (1 - share)) / share;
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}
