import { useEffect, useState } from 'react';
import { useDocument } from '../../state/document';
import { useJobs } from '../../state/jobs';
import { useRecipe } from '../../state/recipe';
import { isFresh, useResults } from '../../state/results';
import { answersVerdict } from '../../base/answers-verdict';
import { formatBytes, formatPercent } from '../../base/format';

/** Said at most this often: a slider's every move would drown the rest. */
const INTERVAL_MS = 5000;

/** Tells assistive technology politely what changed: a job's start and end, new scores. */
export function Announcer() {
  const title = useJobs((state) => state.running?.title ?? null);
  const note = useJobs((state) => state.lastNote);
  const recipe = useRecipe((state) => state.recipe);
  const preview = useResults((state) => (isFresh(state.preview, recipe) ? state.preview : null));
  const evaluation = useResults((state) => (isFresh(state.evaluation, recipe) ? state.evaluation : null));
  const original = useDocument((state) => state.opened?.summary.bytes ?? null);
  const scores = [
    preview && original ? `Size ${formatBytes(original)} to ${formatBytes(preview.predictedBytes)}.` : '',
    evaluation?.after ? `Top-1 ${formatPercent(evaluation.after.top1)}.` : '',
    ...(evaluation ? answersVerdict(evaluation).findings.flatMap(({ brief }) => (brief === null ? [] : [`Warning: ${brief}.`])) : []),
  ].join(' ');
  const text = title ?? note ?? scores;
  const [said, setSaid] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setSaid(text), said === '' ? 0 : INTERVAL_MS);
    return () => clearTimeout(timer);
  }, [text, said]);
  return (
    <p className="visually-hidden" role="status">
      {said}
    </p>
  );
}
