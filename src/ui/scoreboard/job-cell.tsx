import { X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { cancelJob, useJobs, type RunningJob } from '../../state/jobs';
import { formatCount, formatElapsed } from '../../base/format';
import { useRecipe } from '../../state/recipe';
import { isFresh, useResults } from '../../state/results';
import { ProofNote } from './proof-note';

/** Segments drawn at most; more units of work share one. */
const SEGMENTS = 24;
/** Before this there is too little to extrapolate from. */
const GUESS_AFTER_MS = 3000;

export function JobCell() {
  const job = useJobs((state) => state.running);
  const quiet = useJobs((state) => state.quiet > 0);
  const note = useJobs((state) => state.lastNote);
  const recipe = useRecipe((state) => state.recipe);
  const written = useResults((state) => isFresh(state.exported, recipe));
  return (
    <div className="score job" data-idle={job === null && note === null && !written ? true : undefined}>
      {job ? (
        <Running job={job} />
      ) : (
        <>
          <h2>{quiet ? 'Following the sliders' : 'Ready'}</h2>
          {note && <p className="small quiet">{note}</p>}
          <ProofNote />
        </>
      )}
    </div>
  );
}

function Running({ job }: { readonly job: RunningJob }) {
  const { stage, done, total, startedAt } = job.progress;
  const now = useNow();
  const elapsed = now - startedAt;
  const share = total > 0 ? done / total : 0;
  const left = share > 0 && elapsed > GUESS_AFTER_MS ? `, about ${formatElapsed((elapsed * (1 - share)) / share)} left` : '';
  const segments = Math.max(1, Math.min(SEGMENTS, total));
  return (
    <>
      <div className="score-head">
        <h2>{job.title}</h2>
        <button type="button" className="button" onClick={cancelJob}>
          <X size={13} aria-hidden /> Cancel <kbd>Esc</kbd>
        </button>
      </div>
      <p className="small job-stage">
        <strong>
          {formatCount(Math.floor(done))} of {formatCount(total)}
        </strong>{' '}
        {stage === job.title ? '' : stage}
      </p>
      <div className="job-segments" role="progressbar" aria-label={job.title} aria-valuemin={0} aria-valuemax={total} aria-valuenow={done}>
        {Array.from({ length: segments }, (_, i) => (
          // Segments have no identity beyond their place.
          // oxlint-disable-next-line react/no-array-index-key
          <span key={i} data-done={(i + 1) / segments <= share || undefined} />
        ))}
      </div>
      <p className="small quiet">
        {formatElapsed(elapsed)}
        {left}
      </p>
    </>
  );
}

/** The time, told again each second. */
function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
