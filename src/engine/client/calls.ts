import { JOBS } from '../protocol/jobs';
import type { JobName } from '../protocol/index';
import type { Call, Calls } from './types';

/** One function a job. */
export function callsBy(make: <K extends JobName>(name: K) => Call<K>): Calls {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of JOBS are all names, and `make` gives each its type
  return Object.fromEntries((Object.keys(JOBS) as JobName[]).map((name) => [name, make(name)])) as Calls;
}
