import { TriangleAlert } from 'lucide-react';
import type { AnswersVerdict } from '../../base/answers-verdict';

/** The few words of a verdict beside its score; with a sign where there is something to be warned of. */
export function VerdictWords({ verdict: { short, findings } }: { readonly verdict: AnswersVerdict }) {
  const title = findings.map(({ text }) => text).join(' ');
  if (findings.every(({ brief }) => brief === null)) return <span className="small quiet" title={title}>{short}</span>;
  return (
    <span className="small warning" title={title}>
      <TriangleAlert size={12} aria-label="Warning:" /> {short}
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
