import { groupOf } from '../../compute/groups';
import type { Codebook, Compute, FeedbackLevels, Groups } from '../../compute/types';
import type { InputGram } from '../hessian/gram';
import { elementImportance, feedbackRows, gather, scatter, targetWeights, type FeedbackRows } from '../hessian/rows';
import { fitCodebook, withStoredValues, type CodebookFit } from './codebook';
import { refitByOutput } from './refit-by-output';

/** Rounds of choosing codes and refitting values at most. */
const MOST_ROUNDS = 8;
/** A round that gains less than this part of the loss is the last. */
const LEAST_GAIN = 0.002;

/** A layer clustered: its values lie in the codebook. */
export interface Clustered {
  readonly codebook: Codebook;
  readonly values: Float32Array;
  /** Squared error of the layer's output over all samples, with the damping of the Hessian. */
  readonly loss: number;
}

/**
 * Clusters a layer so that its output on the samples changes least. In turns: codes are chosen column by column with error feedback (GPTQ,
 * Frantar et al. 2022, arXiv 2210.17323), and values are the least squares solution for these codes under the Hessian of the layer's inputs.
 * The start is k-means with each weight's importance.
 * @param weights the layer's values. @returns in words why it cannot be done.
 */
export async function clusterByOutput(compute: Compute, weights: Float32Array, inputs: InputGram, groups: Groups, fit: CodebookFit, signal: AbortSignal): Promise<Clustered | string> {
  const rows = feedbackRows(inputs, true);
  if (typeof rows === 'string') return rows;
  const target = targetWeights(weights, inputs);
  const placed = compute.upload(gather(target, rows));
  const factor = compute.upload(rows.factor);
  try {
    let codebook = await fitCodebook(target, groups, fit, elementImportance(weights.length, inputs), signal);
    let best: Clustered | null = null;
    for (let round = 0; round < MOST_ROUNDS; round++) {
      signal.throwIfAborted();
      const { values: handle, losses } = await compute.roundWithFeedback(placed, factor, rows.shape, levelsOf(codebook, rows));
      const values = scatter(await compute.download(handle), rows);
      handle.destroy();
      const loss = losses.reduce((sum, l) => sum + l, 0);
      const before: number = best?.loss ?? Number.POSITIVE_INFINITY;
      if (loss < before) best = { codebook, values, loss };
      if (!(loss < before * (1 - LEAST_GAIN))) break;
      codebook = withStoredValues(refitByOutput(target, await codesIn(compute, values, codebook), codebook, inputs, fit.keepZeros));
    }
    return best ?? 'its inputs on the samples are not finite';
  } finally {
    placed.destroy();
    factor.destroy();
  }
}

async function codesIn(compute: Compute, values: Float32Array, codebook: Codebook): Promise<Uint8Array> {
  const handle = compute.upload(values);
  try {
    return await compute.assignCodes(handle, codebook);
  } finally {
    handle.destroy();
  }
}

/** A codebook as the rounding reads it: by row. */
function levelsOf({ groups, size, values }: Codebook, { shape, elementOf }: FeedbackRows): FeedbackLevels {
  return { kind: 'codebook', size, values, bookOf: Uint32Array.from({ length: shape.rows }, (_, row) => groupOf(elementOf(0, row), groups)) };
}
