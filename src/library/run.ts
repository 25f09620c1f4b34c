/** What takes the engine, in one chunk that is loaded when it is needed. */
import type { Job } from '../base/job';
import { createNodeEngine } from '../engine/node/index';
import { NodeStudio } from './node-studio';

export { compareModels } from './compare-models';
export { modelBlobs } from './files';
export { optimize } from './run-task';

/**
 * A studio on an engine of its own in this process. @param job follows and stops what it does. @param compresses whether files are
 * compressed for their size.
 */
export function openStudio(job: Job, compresses = true): NodeStudio {
  return new NodeStudio(createNodeEngine({ compresses }), job);
}
