import { useState } from 'react';
import type { Split } from '../../engine/protocol/index';
import { formatCount } from '../../base/format';
import { agreeing, counted } from '../../base/plural';
import { readAgain } from '../../state/data';
import { useJobs } from '../../state/jobs';
import { attempt } from '../open';

/** What the samples are used for, and how many are scored: one set for every recipe, so that their scores can be compared. */
export function SplitForm({ split: { calibration, heldOut, scored } }: { readonly split: Split }) {
  const busy = useJobs((state) => state.running !== null);
  const [wanted, setWanted] = useState(String(scored));
  const count = Number(wanted);
  const valid = Number.isInteger(count) && count >= 1 && count <= heldOut;
  const part = scored === heldOut ? 'all' : formatCount(scored);
  return (
    <form
      className="card-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (valid && count !== scored) attempt(readAgain({ scored: count }));
      }}
    >
      <p className="small">
        {counted(calibration, 'sample')} {agreeing(calibration, 'calibrates', 'calibrate')}: passes may learn from them, and no score is of
        them. Of the {formatCount(heldOut)} held out, {part} {agreeing(scored, 'is', 'are')} scored, the same ones for every recipe.
      </p>
      <label className="option">
        Scored samples
        <input
          className="field"
          inputMode="numeric"
          value={wanted}
          aria-invalid={!valid}
          onChange={({ target }) => setWanted(target.value)}
        />
      </label>
      {!valid && (
        <p className="bad small" role="alert">
          It takes a whole number from 1 to {formatCount(heldOut)}.
        </p>
      )}
      <p className="panel-actions">
        <button type="submit" className="button" disabled={busy || !valid || count === scored}>
          Score so many
        </button>
        {scored < heldOut && (
          <button type="button" className="button plain" disabled={busy} onClick={() => attempt(readAgain({ scored: heldOut }))}>
            Score all {formatCount(heldOut)}
          </button>
        )}
      </p>
    </form>
  );
}
