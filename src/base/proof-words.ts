/** What was found out about a written file, in sentences: the page, the report and the command line say the same. */
import { formatCount, formatValue } from './format';
import { counted } from './plural';

interface Proven {
  readonly loaded: boolean;
  readonly ran: boolean;
  readonly reason: string | null;
  readonly inputs: { readonly count: number; readonly madeUp: string | null } | null;
  readonly difference: { readonly maxAbs: number | null; readonly relative: number | null } | null;
  readonly nonFinite: readonly { readonly output: string; readonly before: number; readonly after: number }[];
  readonly faults: readonly string[];
}

/** "4 of your samples", or "4 made-up inputs ("x" uniform from 0 to 1)". */
export function inputsWords({ count, madeUp }: { readonly count: number; readonly madeUp: string | null }): string {
  return madeUp === null ? `${formatCount(count)} of your samples` : `${counted(count, 'made-up input')} (${madeUp})`;
}

/** How far outputs are apart: "0.056, 2.4 % of the output's range". A JSON report holds null for what is infinite. */
export function distanceWords({ maxAbs, relative }: { readonly maxAbs: number | null; readonly relative: number | null }): string {
  if (maxAbs === null || relative === null || !Number.isFinite(maxAbs)) return 'without bound (values that are not finite, or missing)';
  return `${formatValue(maxAbs)}, ${formatValue(relative * 100)} % of the output's range`;
}

/** Sentences, the most important first: what must not be, then what was done. */
export function proofWords({ loaded, ran, reason, inputs, difference, nonFinite, faults }: Proven): string[] {
  const bad = nonFinite.map(
    ({ output, before, after }) =>
      `Output "${output}" holds ${counted(after, 'value that is', 'values that are')} NaN or infinite (${formatCount(before)} before).`,
  );
  return [...faults, ...bad, ran && inputs && difference ? runWords(inputs, difference) : notRunWords(loaded, reason ?? '')];
}

function notRunWords(loaded: boolean, reason: string): string {
  return `The written file was ${loaded ? 'loaded, but not run' : 'neither loaded nor run'}: ${reason}`;
}

function runWords(inputs: NonNullable<Proven['inputs']>, difference: NonNullable<Proven['difference']>): string {
  const found = difference.maxAbs === 0 ? 'the outputs are the same' : `the outputs differ by at most ${distanceWords(difference)}`;
  return `The written file was loaded and run beside the opened one on ${inputsWords(inputs)}: ${found}.`;
}
