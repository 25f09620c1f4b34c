import { answersVerdict, type AnswersVerdict } from '../base/answers-verdict';
import type { Compared } from './types';

/** What became of the answers, as page and command line say it; null where original and result were not compared. */
export function answersOf({ paired, chance, classes, agreement }: Compared): AnswersVerdict | null {
  if (!agreement) return null;
  const { madeUp, changed, nonFinite } = agreement;
  return answersVerdict({ madeUp, paired, chance, classes, changed, agreement, nonFinite });
}
