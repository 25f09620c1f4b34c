import type { AnswerFigures, AnswersFigures } from '../../measure/answers';
import type { Answer, Evaluation, NamedClass } from '../protocol/index';

/** The answers' figures with the names of their classes, as the page shows them; nothing where the outputs are no class scores. */
export function nameAnswers(
  answers: AnswersFigures | null,
  names: readonly string[] | null,
): Pick<Evaluation, 'classes' | 'confusion' | 'changed' | 'paired' | 'chance'> {
  if (answers === null) return { classes: null, confusion: null, changed: null, paired: null, chance: null };
  const named = (index: number): NamedClass => ({ index, name: names?.[index] ?? null });
  const answer = ({ index, confidence }: AnswerFigures): Answer => ({ index, name: names?.[index] ?? null, confidence });
  const { classes, confusion, changed, paired, chance } = answers;
  return {
    classes:
      classes?.map(({ index, samples, before, after, worse, better, p }) => ({
        index,
        name: names?.[index] ?? null,
        samples,
        before,
        after,
        worse,
        better,
        p,
      })) ?? null,
    confusion:
      confusion?.map(({ label, answer: given, before, after }) => ({ label: named(label), answer: named(given), before, after })) ?? null,
    changed: {
      ...changed,
      moves: changed.moves.map(({ from, to, count }) => ({ from: named(from), to: named(to), count })),
      listed: changed.listed.map(({ sample, label, kind, before, after }) => ({
        sample,
        label: label === null ? null : named(label),
        kind,
        before: before && answer(before),
        after: after && answer(after),
      })),
    },
    paired,
    chance,
  };
}
