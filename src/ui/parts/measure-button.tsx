import { useJobs } from '../../state/jobs';
import { askingFirst, type Learns } from '../../state/trust';
import { attempt } from '../open';

interface MeasureButtonProps {
  readonly what: string;
  /** Whether it learns from samples, which is asked about where these are doubtful; as the recipe on the sliders unless given. */
  readonly learns?: Learns;
  readonly onClick: () => Promise<unknown>;
}

/** Starts a measurement; off while another job runs. */
export function MeasureButton({ what, learns = 'as the recipe', onClick }: MeasureButtonProps) {
  const busy = useJobs((state) => state.running !== null);
  return (
    <button type="button" className="button score-action" disabled={busy} onClick={() => attempt(askingFirst(learns, onClick))}>
      {what}
    </button>
  );
}
