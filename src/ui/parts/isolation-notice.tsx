import { X } from 'lucide-react';
import { useView } from '../../state/view';

/** Says why WASM is slow here and what the host of the page can do, where the browser gives no shared memory. */
export function IsolationNotice() {
  const isRead = useView((state) => state.isolationRead);
  if (crossOriginIsolated || isRead) return null;
  return (
    <aside className="notice caution" aria-labelledby="isolation">
      <strong id="isolation">This page is not isolated, so WASM runs on one thread.</strong>
      <span>Everything works; on the processor it takes several times as long, and times are less exact.</span>
      {isSecureContext ? (
        <span>
          Whoever hosts this page mends it with two headers: <code>Cross-Origin-Opener-Policy: same-origin</code> and{' '}
          <code>Cross-Origin-Embedder-Policy: require-corp</code>.
        </span>
      ) : (
        <span>Browsers isolate pages that come over https, or from localhost. This one did not.</span>
      )}
      <div className="row">
        <button type="button" className="button plain" onClick={() => useView.setState({ isolationRead: true })}>
          <X size={14} aria-hidden /> Dismiss
        </button>
      </div>
    </aside>
  );
}
