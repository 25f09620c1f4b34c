import type { PassContext } from './types';

/** A layer's present weights in main memory, as float32 in the tensor's order: the caller's own to change. */
export async function readWeights({ compute, weights }: Pick<PassContext, 'compute' | 'weights'>, layerId: string): Promise<Float32Array<ArrayBuffer>> {
  const lease = await weights.acquire(layerId);
  try {
    return await compute.download(lease.handle);
  } finally {
    lease.release();
  }
}
