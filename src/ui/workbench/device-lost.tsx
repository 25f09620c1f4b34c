import { reconnect } from '../../state/actions';
import { useDocument } from '../../state/document';
import { attempt } from '../open';

/** The GPU went away (driver reset, sleep): nothing of the person's work did. */
export function DeviceLost() {
  const reason = useDocument((state) => state.lostReason);
  if (reason === null) return null;
  return (
    <div className="notice caution" role="alert">
      <strong>The GPU device was lost: {reason}</strong>
      <span>
        Your model, data and recipe are kept; figures that need the GPU are measured again after reconnecting. Without a GPU, work goes on
        on the CPU, more slowly.
      </span>
      <div className="row">
        <button type="button" className="button primary" onClick={() => attempt(reconnect())}>
          Reconnect GPU
        </button>
      </div>
    </div>
  );
}
