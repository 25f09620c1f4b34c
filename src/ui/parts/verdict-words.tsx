import { TriangleAlert } from 'lucide-react';
import type { AnswersVerdict } from '../../base/answers-verdict';
import { Help } from './help';

/**
 * The few words of a verdict beside its score, with a sign where there is something to be warned of; the whole of it is told on request.
 */
export function VerdictWords({ verdict }: { readonly verdict: AnswersVerdict }) {
  const { short, findings } = verdict;
  const warns = findings.some(({ brief }) => brief !== null);
  const words = (
    <>
      {warns && <TriangleAlert size={12} aria-hidden />} {short}
    </>
  );
  const looks = warns ? 'small warning' : 'small quiet';
  if (findings.length === 0) return <span className={looks}>{words}</span>;
  return (
    <span className={looks}>
      <Help about={warns ? `${short}, a warning` : short} trigger={words}>
        <VerdictList verdict={verdict} />
      </Help>
    </span>
  );
}

/** The whole verdict, warnings with their sign. */
export function VerdictList({ verdict: { findings } }: { readonly verdict: AnswersVerdict }) {
  if (findings.length === 0) return null;
  return (
    <ul className="verdict small">
      {findings.map(({ text, brief }) => (
        <li key={text} className={brief === null ? undefined : 'warning'}>
          {brief !== null && <TriangleAlert size={12} aria-label="Warning:" />} {text}
        </li>
      ))}
    </ul>
  );
}
