import { useEffect } from 'react';
import { formatBytes } from '../../base/format';
import { counted } from '../../base/plural';
import { useJobs } from '../../state/jobs';
import { clearStored, learnStored, useStored } from '../../state/stored';
import { attempt } from '../open';

/** How much this page keeps on the disk of what it learned from models and samples, and the way to be rid of it. */
export function Stored() {
  const usage = useStored((state) => state.usage);
  const busy = useJobs((state) => state.running !== null);
  // What was fitted meanwhile is there once the job is over.
  useEffect(() => {
    if (!busy) attempt(learnStored());
  }, [busy]);
  return (
    <section className="panel" aria-labelledby="stored-title">
      <header className="panel-head">
        <h2 id="stored-title">Kept on this disk</h2>
        <button
          type="button"
          className="button score-action"
          disabled={busy || usage === null || usage.entries === 0}
          onClick={() => attempt(clearStored())}
        >
          Clear
        </button>
      </header>
      <p aria-live="polite">
        {usage === null
          ? 'Not known yet.'
          : usage.entries === 0
            ? 'Nothing.'
            : `${counted(usage.entries, 'result')}, ${formatBytes(usage.bytes)} of at most ${formatBytes(usage.budgetBytes)}.`}
      </p>
      <p className="small quiet">
        Fits that took more than a second, so that they are not made again after a reload. They are values computed from your model and
        samples, kept by this browser for this page alone; those used least recently make room for others.
      </p>
    </section>
  );
}
