import type { Compute, GpuCompute } from '../../compute/types';
import type { Runtime } from '../../runtime/types';

/** What everything runs on. A lost device takes it away; a new one is another platform. */
export interface Platform {
  readonly compute: Compute;
  /** null without WebGPU. */
  readonly gpu: GpuCompute | null;
  readonly runtime: Runtime;
  /** Why there is no WebGPU; null where there is. */
  readonly fallbackReason: string | null;
  /** Fires with a `device-lost` error when the device is gone: jobs on it end. Never without WebGPU. */
  readonly lost: AbortSignal;
}
