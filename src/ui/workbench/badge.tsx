import { Check, CircleDashed, TriangleAlert } from 'lucide-react';
import type { BackendCheck, Environment } from '../../engine/protocol/index';
import { checkBackends } from '../../state/actions';
import { useDocument } from '../../state/document';
import { useJobs } from '../../state/jobs';
import { attempt } from '../open';
import { Help } from '../parts/help';

/** Which backend runs the model, and whether its answers were seen to be WASM's; the device and the whole verdict beside it. */
export function Badge() {
  const { environment, check } = useDocument();
  if (!environment) return null;
  return (
    <>
      <Verdict environment={environment} check={check} />
      <Help about="the backend" terms={environment.compute.kind === 'cpu' ? ['wasm', 'webgpu'] : ['check', 'webgpu', 'wasm']}>
        <p>{environment.compute.name}</p>
        {environment.fallbackReason !== null && <p>{environment.fallbackReason}</p>}
        {check && <p>{check.verdict}</p>}
      </Help>
    </>
  );
}

function Verdict({ environment, check }: { readonly environment: Environment; readonly check: BackendCheck | null }) {
  const busy = useJobs((state) => state.running !== null);
  if (environment.compute.kind === 'cpu') {
    return (
      <span className="badge">
        <TriangleAlert size={14} className="warning" aria-hidden /> <strong>CPU</strong>{' '}
        <span className="badge-text">{environment.fallbackReason}</span>
      </span>
    );
  }
  if (!check) {
    return (
      <button type="button" className="badge" disabled={busy} onClick={() => attempt(checkBackends())}>
        <CircleDashed size={14} aria-hidden /> <strong>WebGPU</strong> <span className="badge-short">not checked</span>{' '}
        <span className="badge-text">{busy ? 'not checked yet' : 'not checked: compare with WASM'}</span>
      </button>
    );
  }
  const Icon = check.ok ? Check : TriangleAlert;
  return (
    <span className="badge checked">
      <Icon size={14} className={check.ok ? 'good' : 'warning'} aria-hidden />{' '}
      <span className="badge-short">{check.ok ? 'WebGPU agrees' : 'WebGPU differs'}</span>
      <span className="badge-text" title={check.verdict}>
        {check.verdict}
      </span>
    </span>
  );
}
