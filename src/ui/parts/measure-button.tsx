import { useJobs } from '../../state/jobs';
import { attempt } from '../open';

/** Starts a measurement; off while another job runs. */
export function MeasureButton({ what, onClick }: { readonly what: string; readonly onClick: () => Promise<unknown> }) {
  const busy = useJobs((state) => state.running !== null);
  return (
    <button type="button" className="button score-action" disabled={busy} onClick={() => attempt(onClick())}>
      {what}
    </button>
  );
}
