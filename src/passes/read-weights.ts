import type { PassContext } from './types';

/** A parameter's values, present or before weight passes, in main memory, as float32 in the tensor's order: the caller's own to change. */
export async function readWeights(
  { compute, weights }: Pick<PassContext, 'compute' | 'weights'>,
  id: string,
  which: 'present' | 'original' = 'present',
): Promise<Float32Array<ArrayBuffer>> {
  const lease = await (which === 'present' ? weights.acquire(id) : weights.acquireOriginal(id));
  try {
    return await compute.download(lease.handle);
  } finally {
    lease.release();
  }
}
