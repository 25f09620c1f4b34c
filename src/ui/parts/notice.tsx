import { X } from 'lucide-react';
import type { PlainError } from '../../base/errors';
import { dismissError, useDocument, type ErrorPlace } from '../../state/document';

/** The last error of a place, where it happened: what is wrong, what to do, and its details to copy. */
export function ErrorNotice({ places }: { readonly places: readonly ErrorPlace[] }) {
  const failure = useDocument((state) => state.error);
  const name = useDocument((state) => state.opened?.summary.name ?? null);
  if (!failure || !places.includes(failure.where)) return null;
  return (
    <div className="notice" role="alert">
      <strong>{failure.error.message}</strong>
      {failure.error.remedy && <span>{failure.error.remedy}</span>}
      {name && failure.where === 'open' && <span className="quiet">{name} stays open.</span>}
      <div className="row">
        <button type="button" className="button" onClick={() => void navigator.clipboard.writeText(details(failure.error))}>
          Copy details
        </button>
        <button type="button" className="button plain" onClick={dismissError}>
          <X size={14} aria-hidden /> Dismiss
        </button>
      </div>
    </div>
  );
}

function details(error: PlainError): string {
  const { environment } = useDocument.getState();
  return [`${error.code}: ${error.message}`, error.remedy, navigator.userAgent, environment?.compute.name ?? ''].filter(Boolean).join('\n');
}
