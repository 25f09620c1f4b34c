/** The truth meter's sentences, as a paper or a terminal tells them: no more figures come there. */
import type { TruthLevel, TruthSentence } from '../engine/protocol/index';

/** Other sentences say by themselves what they are. */
const PREFIXES: Readonly<Partial<Record<TruthLevel, string>>> = { faster: 'Faster: ', slower: 'Slower: ', warning: 'Warning: ' };

/** The meter's sentences of what nobody has measured end so, while more may still come. */
const NOT_YET = ': not measured yet.';

/** What is known, a sentence each; `open`: what is not, in one sentence with its reason, or null. */
export function truthLines(truth: readonly TruthSentence[]): { readonly known: readonly string[]; readonly open: string | null } {
  const open = truth.filter(({ text }) => text.endsWith(NOT_YET)).map(({ text }) => text.slice(0, -NOT_YET.length));
  return {
    known: truth.filter(({ text }) => !text.endsWith(NOT_YET)).map(({ level, text }) => `${PREFIXES[level] ?? ''}${text}`),
    open: open.length > 0 ? `Not measured, since it was not asked for: ${open.join('; ')}.` : null,
  };
}
