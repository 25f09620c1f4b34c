import { TriangleAlert } from 'lucide-react';
import type { AnswersVerdict } from '../../base/answers-verdict';

/** The few words of a verdict beside its score; with a sign where there is something to be warned of. */
export function VerdictWords({ verdict: { short, sentences, warnings } }: { readonly verdict: AnswersVerdict }) {
  const title = [...warnings.map(({ text }) => `${text}.`), ...sentences].join(' ');
  if (warnings.length === 0) return <span className="small quiet" title={title}>{short}</span>;
  return (
    <span className="small warning" title={title}>
      <TriangleAlert size={12} aria-label="Warning:" /> {short}
    </span>
  );
}

/** The whole verdict: what to be warned of, then what changed. */
export function VerdictList({ verdict: { sentences, warnings } }: { readonly verdict: AnswersVerdict }) {
  if (warnings.length === 0 && sentences.length === 0) return null;
  return (
    <ul className="verdict small">
      {warnings.map(({ text }) => (
        <li key={text} className="warning">
          <TriangleAlert size={12} aria-label="Warning:" /> {text}.
        </li>
      ))}
      {sentences.map((sentence) => (
        <li key={sentence}>{sentence}</li>
      ))}
    </ul>
  );
}
