import type { Job } from '../../base/job';
import type { Dataset } from '../../data/types';
import { compareLatency, LATENCY } from '../../measure/latency';
import { toHalf } from '../../onnx/half';
import type { Recipe } from '../../recipe/types';
import { checkBackends, HALF_TOLERANCE, TOLERANCE } from '../../runtime/check';
import { compareOutputs } from '../../runtime/compare';
import type { HostFeeds } from '../../runtime/feeds';
import type { Ep, Feeds, HostTensor, Session, ValueInfo } from '../../runtime/types';
import type { Measurement } from '../protocol/index';
import { anySamples } from './evaluate';
import type { Workbench } from './workbench';

/** How far the exported file may be from the live values: absolute, and as a part of the output's range. */
const EXPORT_TOLERANCE = 1e-4;

/**
 * Runs original and exported file in turns on `ep` (WASM where WebGPU is missing or wrong on the original), compares the exported
 * file's backends, and its output with the live session's. Memory: both files once, beside the sessions.
 */
export async function measure(bench: Workbench, data: Dataset | null, recipe: Recipe, exported: Blob, ep: Ep, job: Job): Promise<Measurement> {
  const half = recipe.passes.some((s) => s.id === 'convert-float16' && s.off !== true);
  const file = new Uint8Array(await exported.arrayBuffer());
  const { feeds, live } = await liveRun(bench, data, recipe, job);
  const onBench = await bench.backend(ep, job);
  const { runtime, gpu } = bench.platform;
  const check = await checkBackends(runtime, file, { feeds: (inputs) => [fit(feeds, inputs)], webgpu: gpu !== null, tolerance: half ? HALF_TOLERANCE : TOLERANCE }, job);
  const chosen = onBench.ep === 'webgpu' && !check.ok ? ({ ep: 'wasm', layout: 'NHWC' } as const) : onBench;
  const before = await runtime.create(bench.doc.fileBytes(), chosen, job.signal);
  try {
    const after = await runtime.create(file, { ...chosen, layout: chosen.ep === 'webgpu' ? check.layout : chosen.layout }, job.signal);
    try {
      const output = await after.run(fit(feeds, after.inputs), job.signal);
      const difference = compareOutputs(live, output);
      const tolerance = half ? HALF_TOLERANCE : EXPORT_TOLERANCE;
      const ok = difference.maxAbs <= EXPORT_TOLERANCE || difference.relative <= tolerance;
      const [a, b] = await compareLatency([side(before, feeds, job), side(after, feeds, job)], LATENCY, job);
      return { recipe, ep: chosen.ep, before: a ?? null, after: b ?? null, check, exportCheck: { ok, maxAbs: difference.maxAbs } };
    } finally {
      await after.release();
    }
  } finally {
    await before.release();
  }
}

/** One sample (real where there are data) through the live session with the recipe's weights. */
async function liveRun(bench: Workbench, data: Dataset | null, recipe: Recipe, job: Job): Promise<{ feeds: Feeds; live: Readonly<Record<string, HostTensor>> }> {
  const run = await bench.run(recipe, job);
  try {
    const kept = await bench.live(run, job);
    const weights = await kept.live.bind(run, 'after');
    try {
      const feeds = await anySamples(kept, data).feeds([0]);
      return { feeds, live: await weights.run(feeds, job.signal) };
    } finally {
      weights.release();
    }
  } finally {
    run.dispose();
  }
}

function side(session: Session, feeds: Feeds, job: Job): () => Promise<unknown> {
  const fitted = fit(feeds, session.inputs);
  return () => session.run(fitted, job.signal);
}

/** The feeds in the types a session wants: a model converted to float16 with its inputs takes halves. */
export function fit(feeds: Feeds, inputs: readonly ValueInfo[]): HostFeeds {
  const types = new Map(inputs.map((i) => [i.name, i.type]));
  return Object.fromEntries(
    Object.entries(feeds).flatMap(([name, tensor]): [string, HostTensor][] => {
      if ('gpuBuffer' in tensor) return [];
      const half = types.get(name) === 'float16' && tensor.data instanceof Float32Array;
      return [[name, half ? { type: 'float16', dims: tensor.dims, data: halves(tensor.data) } : tensor]];
    }),
  );
}

function halves(data: HostTensor['data']): Uint16Array {
  return data instanceof Float32Array ? Uint16Array.from(data, toHalf) : new Uint16Array();
}
