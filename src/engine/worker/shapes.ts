import { WhittleError } from '../../base/errors';
import type { Job } from '../../base/job';
import { addShapes, exposeIntermediates, intermediateNames } from '../../onnx/shapes';
import { splitModel } from '../../onnx/split';
import type { OnnxModel } from '../../onnx/types';
import { findFeeds } from '../../runtime/feeds';
import type { Runtime } from '../../runtime/types';

/** Larger models are not run just to count. */
const MAX_BYTES = 64 * 2 ** 20;

/**
 * The model with the shapes that one run on the reference shows, for counting multiply-accumulates; null where the model is large or does
 * not run on made-up inputs, because a count is not worth an error.
 */
export async function observeShapes(model: OnnxModel, runtime: Runtime, job: Job): Promise<OnnxModel | null> {
  if (model.bytes > MAX_BYTES) return null;
  const exposed = splitModel(exposeIntermediates(model, intermediateNames(model)));
  try {
    const session = await runtime.create(exposed, runtime.reference, job.signal);
    try {
      const [found] = await findFeeds(session, job.signal, 1, 1);
      const outputs = await session.run(found?.feeds ?? {}, job.signal);
      return addShapes(model, new Map(Object.entries(outputs).map(([name, t]) => [name, { type: t.type, shape: t.dims }])));
    } finally {
      await session.release();
    }
  } catch (error) {
    if (error instanceof WhittleError && (error.code === 'runtime-failed' || error.code === 'out-of-memory')) return null;
    throw error;
  }
}
