import { vi } from 'vitest';

/**
 * What devices are asked for while `work` runs: submissions to their queues, and buffers that are mapped to be read. Needs the globals of
 * Dawn (dawn.ts).
 */
export async function countGpu(work: () => Promise<unknown>): Promise<{ readonly submissions: number; readonly readbacks: number }> {
  const submit = vi.spyOn(GPUQueue.prototype, 'submit');
  const map = vi.spyOn(GPUBuffer.prototype, 'mapAsync');
  try {
    await work();
    return { submissions: submit.mock.calls.length, readbacks: map.mock.calls.length };
  } finally {
    submit.mockRestore();
    map.mockRestore();
  }
}
