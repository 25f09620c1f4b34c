/** Whether a loss keeps to a limit, in words. */
import { formatCount } from './format';

interface Judged {
  readonly verdict: 'passed' | 'failed' | 'undecided';
  /** Samples that would decide it; null where it is decided, or none in reason would. */
  readonly needed: number | null;
}

/** "Passed: the whole interval keeps to the limit.", or what stands in the way. */
export function limitWords({ verdict, needed }: Judged): string {
  if (verdict === 'passed') return 'Passed: the whole interval keeps to the limit.';
  if (verdict === 'failed') return 'Failed: the whole interval is beyond the limit.';
  return needed === null
    ? 'Undecided: the loss is the limit itself, which no number of samples tells from it.'
    : `Undecided: the interval holds the limit; ${samplesWords(needed)}.`;
}

/** "it would take about 970 samples like these to tell". */
export function samplesWords(needed: number): string {
  return `it would take about ${formatCount(roundedUp(needed))} samples like these to tell`;
}

/** Two figures are all that such a number means. */
function roundedUp(count: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(count)) - 1);
  return Math.ceil(count / unit) * unit;
}
