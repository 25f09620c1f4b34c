import { Check, CircleDashed, TriangleAlert } from 'lucide-react';
import { checkBackends } from '../../state/actions';
import { useDocument } from '../../state/document';
import { useJobs } from '../../state/jobs';
import { attempt } from '../open';

/** Which backend runs the model, and whether its answers were seen to be WASM's. */
export function Badge() {
  const { environment, check } = useDocument();
  const busy = useJobs((state) => state.running !== null);
  if (!environment) return null;
  if (environment.compute.kind === 'cpu') {
    return (
      <span className="badge" title={environment.fallbackReason ?? ''}>
        <TriangleAlert size={14} className="warning" aria-hidden /> <strong>CPU</strong> <span className="badge-text">{environment.fallbackReason}</span>
      </span>
    );
  }
  if (!check) {
    return (
      <button type="button" className="badge" disabled={busy} title={environment.compute.name} onClick={() => attempt(checkBackends())}>
        <CircleDashed size={14} aria-hidden /> <strong>WebGPU</strong> <span className="badge-short">not checked</span> <span className="badge-text">{busy ? 'not checked yet' : 'not checked: compare with WASM'}</span>
      </button>
    );
  }
  const Icon = check.ok ? Check : TriangleAlert;
  return (
    <span className="badge checked" title={`${environment.compute.name}. ${check.verdict}`}>
      <Icon size={14} className={check.ok ? 'good' : 'warning'} aria-hidden /> <span className="badge-short">{check.ok ? 'WebGPU agrees' : 'WebGPU differs'}</span>
      <span className="badge-text">{check.verdict}</span>
    </span>
  );
}
