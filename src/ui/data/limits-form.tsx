import { useState } from 'react';
import { toPlainError, WhittleError, type PlainError } from '../../base/errors';
import { decimal } from '../../base/number-text';
import type { DataLimits } from '../../engine/protocol/index';
import { readAgain, setLimits } from '../../state/data';
import { useDocument } from '../../state/document';
import { useJobs } from '../../state/jobs';
import { attempt } from '../open';
import { Help } from '../parts/help';
import { FormError } from './form-error';

interface Field {
  readonly key: keyof DataLimits;
  readonly label: string;
  /** What one of the field's units is in the limit's. */
  readonly unit: number;
  readonly help: string;
}

const FIELDS: readonly Field[] = [
  {
    key: 'maxPixels',
    label: 'Largest picture, megapixels',
    unit: 1e6,
    help: 'Larger pictures are left out, told by their headers before they are decoded.',
  },
  { key: 'maxUnpacked', label: 'Most unpacked, MB', unit: 1e6, help: 'What one gzip, zip or npz file may unpack to.' },
  { key: 'maxRatio', label: 'Bytes of one, at most', unit: 1, help: 'Bytes that may come of one packed byte, beyond 64 MB.' },
];

/** What the files of samples may expand to. Files that are read already are read again by other limits. */
export function LimitsForm() {
  const limits = useDocument((state) => state.limits);
  const data = useDocument((state) => state.data);
  const busy = useJobs((state) => state.running !== null);
  const [draft, setDraft] = useState(() => Object.fromEntries(FIELDS.map(({ key, unit }) => [key, String(limits[key] / unit)])));
  const [error, setError] = useState<PlainError | null>(null);
  const apply = (): void => {
    try {
      setLimits({
        maxPixels: limitOf('maxPixels', draft),
        maxUnpacked: limitOf('maxUnpacked', draft),
        maxRatio: limitOf('maxRatio', draft),
      });
      setError(null);
      if (data) attempt(readAgain());
    } catch (thrown) {
      setError(toPlainError(thrown));
    }
  };
  return (
    <details className="small">
      <summary>Limits</summary>
      <form
        className="card-form"
        onSubmit={(event) => {
          event.preventDefault();
          apply();
        }}
      >
        {FIELDS.map(({ key, label, help }) => (
          <div key={key} className="option">
            <Help about={label} trigger={label}>
              <p>{help}</p>
            </Help>
            <input
              className="field"
              aria-label={label}
              inputMode="numeric"
              value={draft[key] ?? ''}
              onChange={({ target }) => setDraft({ ...draft, [key]: target.value })}
            />
          </div>
        ))}
        <FormError error={error} />
        <p className="panel-actions">
          <button type="submit" className="button" disabled={busy}>
            Set limits
          </button>
        </p>
      </form>
    </details>
  );
}

/** The limit that was typed. Throws `bad-data` that names the field where it is no number above 0. */
function limitOf(key: keyof DataLimits, draft: Readonly<Record<string, string>>): number {
  const field = FIELDS.find((one) => one.key === key);
  const value = decimal(draft[key] ?? '');
  if (field === undefined || value === null || value <= 0)
    throw new WhittleError('bad-data', `${field?.label ?? key} is "${draft[key] ?? ''}".`, 'It takes a number above 0.');
  return value * field.unit;
}
