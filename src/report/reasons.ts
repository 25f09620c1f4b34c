/** Why figures are missing: half a sentence each. Nothing is called "not measured" without one. */
import { NOT_ASKED } from './content';
import type { Report } from './types';

/** Figures that take a run of the file. */
export function notRun({ checks: { proof } }: Report): string {
  return proof && !proof.runnable ? `the file cannot be run here (${(proof.reason ?? '').replace(/\.$/, '')})` : NOT_ASKED;
}

/** Why there is no accuracy, as a clause after "since". */
export function notScored(report: Report): string {
  if (!report.data) return 'there are no samples';
  if (!report.data.labelled) return 'the samples have no labels';
  return notRun(report);
}
