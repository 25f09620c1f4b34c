import { WhittleError } from '../base/errors';
import type { BestGoal } from '../engine/protocol/index';

const UNITS: Readonly<Record<string, number>> = { B: 1, kB: 1e3, MB: 1e6 };

/** "8-bit", "4-bit", or a size: "500kB". Throws `bad-recipe`. @param what asked for it, in words. */
export function goalOf(text: string, what: string): BestGoal {
  if (text === '8-bit' || text === '4-bit') return { kind: 'bits', bits: text === '8-bit' ? 8 : 4 };
  const [, size = '', unit = ''] = /^([0-9]+(?:\.[0-9]+)?) ?(B|kB|MB)$/.exec(text) ?? [];
  const bytes = Math.floor(Number(size) * (UNITS[unit] ?? 0));
  if (bytes >= 1 && Number.isSafeInteger(bytes)) return { kind: 'bytes', bytes };
  throw new WhittleError('bad-recipe', `${what} is "${text}"; it takes 8-bit, 4-bit, or a size such as 500kB or 1.5MB.`);
}
