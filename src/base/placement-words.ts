import { formatCount, threeFigures } from './format';
import { counted } from './plural';

/** Nodes of a session by where they ran, and the tensors that went between GPU and CPU in a run; `waitMs` is what those took, in ms. */
export interface PlacedNodes {
  readonly gpuNodes: number;
  readonly cpuNodes: number;
  readonly copies: { readonly toHost: number; readonly fromHost: number; readonly waitMs: number };
}

/** Where a model's nodes ran and what was copied between, as page and report say it. */
export function placementWords({ gpuNodes, cpuNodes, copies: { toHost, fromHost, waitMs } }: PlacedNodes): string {
  const copies = toHost + fromHost;
  const copied =
    copies === 0
      ? 'no copies between them'
      : `${counted(copies, 'copy', 'copies')} between them (${threeFigures(waitMs)} ms, waiting included)`;
  return `${counted(gpuNodes, 'node')} on the GPU, ${formatCount(cpuNodes)} on the CPU, ${copied}`;
}
