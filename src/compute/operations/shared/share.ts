/** How kernels that count over all elements share them out. */

/** Elements that one workgroup of a histogram kernel takes: it adds its bins to the result once. */
export const SHARE_OF_WORKGROUP = 64 * 256;

/** Threads of a kernel that strides over all elements: at least 64 elements each, at most 65,536 threads. */
export function stridingThreads(length: number): number {
  return Math.min(2 ** 16, Math.ceil(length / 64));
}
