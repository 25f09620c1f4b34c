import type { Job } from '../../base/job';
import { median } from '../../base/stats';
import type { MatmulKind } from '../../compute/operations/shared/matmul';
import { type MatmulTiming, timeMatmul } from '../../compute/operations/time-matmul';
import type { Compute } from '../../compute/types';

const KINDS: readonly MatmulKind[] = ['f32', 'f16', 'int8'];
/** The kinds take turns this often at each size, so that heat and clock changes fall on all of them alike. */
const ROUNDS = 3;
const RUNS_A_ROUND = 8;

/** Times square matrix products of each kind and size. A kind the device cannot do has its reason instead of figures. */
export async function benchmarkMatmul(compute: Compute, sizes: readonly number[], job: Job): Promise<MatmulTiming[]> {
  const startedAt = Date.now();
  const total = sizes.length * ROUNDS * KINDS.length;
  const results: MatmulTiming[] = [];
  let done = 0;
  for (const size of sizes) {
    const rounds = new Map<MatmulKind, MatmulTiming[]>(KINDS.map((kind) => [kind, []]));
    for (let round = 0; round < ROUNDS; round++) {
      for (const kind of round % 2 === 0 ? KINDS : KINDS.toReversed()) {
        job.signal.throwIfAborted();
        job.onProgress({ stage: `Multiplying ${size} x ${size}, ${kind}`, done, total, startedAt });
        rounds.get(kind)?.push(await compute.run(timeMatmul, kind, size, RUNS_A_ROUND, job.signal));
        done += 1;
      }
    }
    for (const timings of rounds.values()) results.push(...merge(timings));
  }
  job.onProgress({ stage: 'Benchmark done', done: total, total, startedAt });
  return results;
}

/** One timing from the rounds: the median of their medians, and the widest spread seen. */
export function merge(timings: readonly MatmulTiming[]): MatmulTiming[] {
  const [first] = timings;
  if (!first) return [];
  const figures = timings.flatMap((t) => t.gops ?? []);
  if (figures.length === 0) return [first];
  const gops = {
    median: median(figures.map((g) => g.median)),
    p10: Math.min(...figures.map((g) => g.p10)),
    p90: Math.max(...figures.map((g) => g.p90)),
    runs: figures.reduce((n, g) => n + g.runs, 0),
  };
  return [{ ...first, gops }];
}
