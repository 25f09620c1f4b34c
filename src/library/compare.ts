/** Two models on the same inputs in one call. */
import { DEFAULT_LIMITS } from '../data/limits';
import type { Compared } from '../report/index';
import { compareModels } from './compare-models';
import { placedSamples, type Data } from './data';
import { blobsOf, type Model, type ModelInput } from './model';
import { NodeStudio } from './node-studio';
import { follow, type OnProgress } from './progress';

export interface CompareOptions {
  /** Samples to run both on; made-up inputs where there are none. */
  readonly data?: Data;
  /** Samples that are left out, since passes may have learned from them. 128 unless given, as `optimize` leaves out. */
  readonly calibration?: number;
  /** Samples that are scored at most; all others unless given. */
  readonly limit?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
}

/**
 * Times an open model ('before') and another ('after') in turns and compares their answers on the same samples. Percentages are 0..100.
 * @throws WhittleError `bad-model` where they do not take and give the same values, and what `openModel` throws.
 */
export async function compare(model: Model, other: ModelInput, options: CompareOptions = {}): Promise<Compared> {
  const { data, calibration = 128, limit = null } = options;
  const { job, tell } = follow(options);
  const on = {
    data: data === undefined ? null : await placedSamples(data),
    calibration,
    scored: limit,
    limits: DEFAULT_LIMITS,
  };
  return compareModels(new NodeStudio(model.engine, job), model.opened, await blobsOf(other), on, tell);
}
