import type { FeedbackLevels, FeedbackShape, Handle } from '../types';
import { WORKGROUP, type Runner } from './runner';

/** See `Compute.roundWithFeedback`. */
export async function roundWithFeedback(gpu: Runner, w: Handle, factor: Handle, { groups, rows, columns }: FeedbackShape, levels: FeedbackLevels): Promise<{ values: Handle; losses: Float32Array<ArrayBuffer> }> {
  const constants = { codebook: levels.kind === 'codebook' ? 1 : 0 };
  await gpu.pipelines.prepare('round-with-feedback', constants);
  const values = gpu.tensors.create(w.length);
  const inputs = [gpu.constant(levels.kind === 'grid' ? interleaved(levels.scales, levels.zeroPoints) : levels.values), gpu.constant(levels.kind === 'grid' ? levels.blockOf : levels.bookOf)];
  const errors = gpu.scratch(w.length * 4);
  const losses = gpu.scratch(rows * 4);
  try {
    return await gpu.within([...inputs, errors, losses], async () => {
      const limits = Float32Array.of(levels.kind === 'grid' ? levels.qMin : 0, levels.kind === 'grid' ? levels.qMax : 0);
      const words = Uint32Array.of(rows, columns, rows / groups, levels.kind === 'codebook' ? levels.size : 0, ...new Uint32Array(limits.buffer));
      const buffers = [gpu.tensors.of(w).buffer, gpu.tensors.of(factor).buffer, ...inputs, errors, values.buffer, losses];
      if (w.length > 0) gpu.dispatch('round-with-feedback', words, buffers, Math.ceil(rows / WORKGROUP), constants);
      return { values, losses: new Float32Array(await gpu.read(losses, rows * 4)) };
    });
  } catch (error) {
    values.destroy();
    throw error;
  }
}

function interleaved(scales: Float32Array, zeroPoints: Int32Array): Float32Array {
  const pairs = new Float32Array(2 * scales.length);
  for (let i = 0; i < scales.length; i++) {
    pairs[2 * i] = scales[i] ?? 1;
    pairs[2 * i + 1] = zeroPoints[i] ?? 0;
  }
  return pairs;
}
