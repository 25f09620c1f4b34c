/** What the worker does for each job of `protocol/jobs.ts`. */
import type { Job } from '../../base/job';
import { openDataset, parseCard } from '../../data/index';
import type { Exported, JobArguments, JobEvent, JobName, JobResult, Recipe } from '../protocol/index';
import { benchmarkMatmul } from './benchmark';
import { best } from './best';
import { bitsCurve } from './bits-curve';
import { describeOpened, openDocument } from './document';
import { environmentOf } from './environment';
import { evaluate, evaluateFile } from './evaluate';
import { exportParts } from './export';
import { compareFiles } from './compare';
import { compareForms } from './forms';
import { histogram } from './histogram';
import { measure } from './measure';
import { planBits } from './plan';
import { preview } from './preview';
import { profile } from './profile';
import { exportProven } from './proof';
import { findPreset, picture, proposeData, summaryOf } from './samples';
import { sensitivity } from './sensitivity';
import { measureSizes } from './sizes';
import { storedResults } from './stored-results';
import type { Studio } from './studio';
import { throughput } from './throughput';
import { truth } from './truth';
import type { Workbench } from './workbench';

/** A job that may send events. */
export interface SendingJob<Event> extends Job {
  readonly send: (event: Event) => void;
}

type Handler<Arguments extends readonly unknown[], Result, Event> = (
  studio: Studio,
  job: SendingJob<Event>,
  ...args: Arguments
) => Promise<Result>;
export type Table = { readonly [K in JobName]: Handler<JobArguments<K>, JobResult<K>, JobEvent<K>> };

export const TABLE: Table = {
  environment: async (studio) => environmentOf(await studio.devices.current(), studio.host.product),
  open: async (studio, job, files) => {
    const doc = await openDocument(
      files,
      async () => (await studio.devices.current()).runtime,
      job,
      studio.host.files,
      studio.host.compresses,
    );
    job.signal.throwIfAborted();
    await studio.setDocument(doc);
    return describeOpened(doc);
  },
  checkBackends: onBench((bench, job) => bench.check(job)),
  preview: onBench((bench, job, _studio, recipe) => preview(bench, recipe, job)),
  histogram: onBench((bench, job, _studio, recipe, layerId, channel, bins) => histogram(bench, recipe, layerId, channel, bins, job)),
  bitsCurve: onBench((bench, job, _studio, recipe, layerId, bits) => bitsCurve(bench, recipe, layerId, bits, job)),
  setData: async (studio, job, name, card, files, split, limits) => {
    const dataset = await openDataset(parseCard(card), files, job, studio.host.decode, studio.sources, limits);
    job.signal.throwIfAborted();
    const summary = summaryOf(name, dataset, split);
    studio.setSamples({ data: dataset, calibration: split.calibration, scored: summary.split.scored });
    return summary;
  },
  proposeData: onBench((bench, job, { host }, files, limits) => proposeData(bench.doc.summary, files, job, host.decode, limits)),
  findPreset: onBench((bench, job, { data }, limit) => findPreset(bench, data, limit, job)),
  picture: ({ data }, _job, index, size) => picture(data, index, size),
  evaluate: onBench(async (bench, job, studio, recipe, limit, ep, of) =>
    of === 'live'
      ? evaluate(bench, studio.data, recipe, limit, ep, job)
      : evaluateFile(bench, studio.data, recipe, (await written(studio, bench, recipe, job)).blob, limit, ep, job),
  ),
  sensitivity: onBench((bench, job, { data }, recipe, options) => sensitivity(bench, data, recipe, options, job, job.send)),
  planBits: onBench((bench, job, { data }, recipe, cells, budget) => planBits(bench, data, recipe, cells, budget, job)),
  best: onBench((bench, job, { data }, goal, target) => best(bench, data, goal, target, job)),
  exportModel: onBench((bench, job, studio, recipe) => written(studio, bench, recipe, job)),
  measure: onFile((bench, job, { data }, file, recipe, ep) => measure(bench, data, recipe, file, ep, job)),
  compare: onBench((bench, job, { data }, files, limit, ep) => compareFiles(bench, data, files, limit, ep, job)),
  throughput: onFile((bench, job, { data }, file, recipe, ep) => throughput(bench, data, recipe, file, ep, job)),
  profile: onFile((bench, job, { data }, file, recipe, ep) => profile(bench, data, recipe, file, ep, job)),
  compareForms: onBench((bench, job, { data }, recipe) => compareForms(bench, data, recipe, job)),
  truth: onBench(async (bench, _job, _studio, evidence) => truth(bench, evidence)),
  sizes: onBench(async (bench, job, { host }, recipe) =>
    measureSizes(bench, await exportParts(bench, recipe, job), host.startCompressor, job),
  ),
  storedResults: ({ host }, _job, clear) => storedResults(host.keeper.artifacts, clear),
  benchmarkMatmul: async ({ devices }, job, sizes) => benchmarkMatmul((await devices.current()).compute, sizes, job),
};

/** A job on the open model. */
function onBench<Arguments extends readonly unknown[], Result, Event>(
  work: (bench: Workbench, job: SendingJob<Event>, studio: Studio, ...args: Arguments) => Promise<Result>,
): Handler<Arguments, Result, Event> {
  return async (studio, job, ...args) => work(await studio.workbench(), job, studio, ...args);
}

/** A job on the recipe's file, which is written unless it is the one made last. */
function onFile<Rest extends readonly unknown[], Result, Event>(
  work: (bench: Workbench, job: SendingJob<Event>, studio: Studio, file: Blob, recipe: Recipe, ...rest: Rest) => Promise<Result>,
): Handler<[recipe: Recipe, ...rest: Rest], Result, Event> {
  return onBench(async (bench, job: SendingJob<Event>, studio, recipe: Recipe, ...rest: Rest) =>
    work(bench, job, studio, (await written(studio, bench, recipe, job)).blob, recipe, ...rest),
  );
}

/** The recipe's file, written and proven unless it is the one made last. */
function written(studio: Studio, bench: Workbench, recipe: Recipe, job: Job): Promise<Exported> {
  return studio.exported(JSON.stringify(recipe), () => exportProven(bench, studio.data, recipe, job), job);
}
