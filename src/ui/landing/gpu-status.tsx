import { Check, TriangleAlert } from 'lucide-react';
import { useEffect, useState } from 'react';

type Status = { readonly ready: boolean; readonly text: string };

/** What WebGPU offers here, asked of the browser itself: no worker and no device for a visitor who only looks. */
export function GpuStatus() {
  const [status, setStatus] = useState<Status | null>(null);
  useEffect(() => {
    let shown = true;
    void askBrowser().then((answer) => shown && setStatus(answer));
    return () => {
      shown = false;
    };
  }, []);
  if (!status) return <span>Looking for WebGPU</span>;
  const Icon = status.ready ? Check : TriangleAlert;
  return (
    <span>
      <Icon size={13} aria-hidden className={status.ready ? 'good' : 'warning'} /> {status.text}
    </span>
  );
}

interface AdapterInfo {
  readonly description: string;
  readonly vendor: string;
  readonly architecture: string;
}

interface Adapter {
  readonly info: AdapterInfo;
  readonly features: ReadonlySet<string>;
}

async function askBrowser(): Promise<Status> {
  const slower = 'Everything works on the CPU, more slowly.';
  if (!('gpu' in navigator)) return { ready: false, text: `This browser has no WebGPU. ${slower}` };
  const gpu = navigator.gpu as { requestAdapter(): Promise<Adapter | null> };
  const adapter = await gpu.requestAdapter().catch(() => null);
  if (!adapter) return { ready: false, text: `WebGPU found no usable GPU. ${slower}` };
  const { description, vendor, architecture } = adapter.info;
  const name = [description || vendor, architecture].filter(Boolean).join(' ');
  return { ready: true, text: `WebGPU ready on ${name}${adapter.features.has('shader-f16') ? ', f16 shaders' : ''}` };
}
