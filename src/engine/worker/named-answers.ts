import type { AnswerFigures, AnswersFigures, ConfusedPair as ConfusedFigures } from '../../measure/answers';
import type { Answer, ConfusedPair, Evaluation, NamedClass } from '../protocol/index';

/** The answers' figures with the names of their classes, as the page shows them; nothing where the outputs are no class scores. */
export function nameAnswers(answers: AnswersFigures | null, names: readonly string[] | null): Pick<Evaluation, 'classes' | 'confusion' | 'changed' | 'paired'> {
  if (answers === null) return { classes: null, confusion: null, changed: null, paired: null };
  const named = (index: number): NamedClass => ({ index, name: names?.[index] ?? null });
  const answer = ({ index, confidence }: AnswerFigures): Answer => ({ index, name: names?.[index] ?? null, confidence });
  const pairs = (list: readonly ConfusedFigures[]): ConfusedPair[] =>
    list.map(({ label, answer: given, count }) => ({ label: named(label), answer: named(given), count }));
  const { classes, confusion, changed, paired } = answers;
  return {
    classes: classes?.map(({ index, samples, before, after }) => ({ index, name: names?.[index] ?? null, samples, before, after })) ?? null,
    confusion: confusion && { before: pairs(confusion.before), after: pairs(confusion.after) },
    changed: {
      ...changed,
      listed: changed.listed.map(({ sample, label, kind, before, after }) => ({
        sample,
        label: label === null ? null : named(label),
        kind,
        before: before && answer(before),
        after: after && answer(after),
      })),
    },
    paired,
  };
}
