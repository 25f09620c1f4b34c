/** The engine's worker: receives the page's calls, runs each as a job, composes the rooms. Nothing throws across. */
import { expose } from 'comlink';
import type { Job } from '../../base/job';
import { holdLock } from '../../base/life';
import { openDataset, parseCard } from '../../data/index';
import type { EngineApi, Exported, JobEvents, Outcome, Recipe } from '../protocol/index';
import { benchmarkMatmul } from './benchmark';
import { best } from './best';
import { startCompressor } from './compressor';
import { describeOpened, openDocument } from './document';
import { environmentOf } from './environment';
import { evaluate, evaluateFile } from './evaluate';
import { exportParts } from './export';
import { compareForms } from './forms';
import { histogram } from './histogram';
import { Jobs, releaseListener } from './jobs';
import { measure } from './measure';
import { planBits } from './plan';
import { preview } from './preview';
import { exportProven } from './proof';
import { findPreset, picture, proposeData, summaryOf } from './samples';
import { profile } from './profile';
import { sensitivity } from './sensitivity';
import { measureSizes } from './sizes';
import { Studio } from './studio';
import { throughput } from './throughput';
import { truth } from './truth';
import type { Workbench } from './workbench';

const studio = new Studio();
const jobs = new Jobs();

/** Runs a job that needs the open model; it ends when its device is lost or another model is opened. */
async function onBench<T>(jobId: number, events: JobEvents | null, task: (bench: Workbench, job: Job) => Promise<T>): Promise<Outcome<T>> {
  const { lost } = await studio.devices.current();
  return jobs.run(jobId, events, async (job) => task(await studio.workbench(), job), [lost, studio.modelReplaced]);
}

/** As `onBench`, with the recipe's exported file, which is made unless it is the one made last. */
async function onExported<T>(jobId: number, recipe: Recipe, events: JobEvents, task: (bench: Workbench, file: Blob, job: Job) => Promise<T>): Promise<Outcome<T>> {
  return onBench(jobId, events, async (bench, job) => {
    const { blob } = await written(bench, recipe, job);
    return task(bench, blob, job);
  });
}

/** The recipe's file, written and proven unless it is the one made last. */
function written(bench: Workbench, recipe: Recipe, job: Job): Promise<Exported> {
  return studio.exported(JSON.stringify(recipe), () => exportProven(bench, studio.data, recipe, job), job);
}

const api: EngineApi = {
  holdLock,
  async ping() {},
  environment: () => jobs.run(0, null, async () => environmentOf(await studio.devices.current())),
  async open(jobId, files, events) {
    return jobs.run(jobId, events, async (job) => {
      const doc = await openDocument(files, async () => (await studio.devices.current()).runtime, job);
      job.signal.throwIfAborted();
      await studio.setDocument(doc);
      return describeOpened(doc);
    });
  },
  checkBackends: (jobId, events) => onBench(jobId, events, (bench, job) => bench.check(job)),
  preview: (jobId, recipe, events) => onBench(jobId, events, (bench, job) => preview(bench, recipe, job)),
  histogram: (jobId, recipe, layerId, channel, bins) =>
    onBench(jobId, null, (bench, job) => histogram(bench, recipe, layerId, channel, bins, job)),
  setData: (jobId, name, card, files, calibration, limits, events) =>
    jobs.run(jobId, events, async (job) => {
      const dataset = await openDataset(parseCard(card), files, job, undefined, studio.sources, limits);
      job.signal.throwIfAborted();
      studio.data = dataset;
      studio.calibration = calibration;
      return summaryOf(name, dataset);
    }),
  async clearData() {
    studio.data = null;
    studio.sources.forget();
  },
  proposeData: (jobId, files, limits, events) => onBench(jobId, events, (bench, job) => proposeData(bench.doc.summary, files, job, limits)),
  findPreset: (jobId, limit, events) => onBench(jobId, events, (bench, job) => findPreset(bench, studio.data, limit, job)),
  picture: (jobId, index, size) => jobs.run(jobId, null, () => picture(studio.data, index, size)),
  evaluate: (jobId, recipe, limit, ep, of, events) =>
    of === 'live'
      ? onBench(jobId, events, (bench, job) => evaluate(bench, studio.data, recipe, limit, ep, job))
      : onExported(jobId, recipe, events, (bench, file, job) => evaluateFile(bench, studio.data, recipe, file, limit, ep, job)),
  async sensitivity(jobId, recipe, options, events, onCell) {
    try {
      return await onBench(jobId, events, (bench, job) => sensitivity(bench, studio.data, recipe, options, job, onCell));
    } finally {
      releaseListener(onCell);
    }
  },
  planBits: (jobId, recipe, cells, budget, events) =>
    onBench(jobId, events, (bench, job) => planBits(bench, studio.data, recipe, cells, budget, job)),
  best: (jobId, goal, target, events) => onBench(jobId, events, (bench, job) => best(bench, studio.data, goal, target, job)),
  exportModel: (jobId, recipe, events) =>
    onBench(jobId, events, (bench, job) => written(bench, recipe, job)),
  measure: (jobId, recipe, ep, events) => onExported(jobId, recipe, events, (bench, file, job) => measure(bench, studio.data, recipe, file, ep, job)),
  throughput: (jobId, recipe, ep, events) => onExported(jobId, recipe, events, (bench, file, job) => throughput(bench, studio.data, recipe, file, ep, job)),
  profile: (jobId, recipe, ep, events) => onExported(jobId, recipe, events, (bench, file, job) => profile(bench, studio.data, recipe, file, ep, job)),
  compareForms: (jobId, recipe, events) => onBench(jobId, events, (bench, job) => compareForms(bench, studio.data, recipe, job)),
  truth: (jobId, evidence) => onBench(jobId, null, (bench) => Promise.resolve(truth(bench, evidence))),
  sizes: (jobId, recipe, events) =>
    onBench(jobId, events, async (bench, job) => measureSizes(bench, await exportParts(bench, recipe, job), startCompressor, job)),
  benchmarkMatmul: async (jobId, sizes, events) => {
    const { compute, lost } = await studio.devices.current();
    return jobs.run(jobId, events, (job) => benchmarkMatmul(compute, sizes, job), [lost]);
  },
  async cancel(jobId) {
    jobs.cancel(jobId);
  },
  async stats() {
    return { sessionsCreated: studio.devices.sessionsCreated, deviceLosses: studio.devices.losses };
  },
  async watchDevice(listener) {
    studio.devices.onLost = listener;
  },
  loseDevice: () => studio.devices.lose(),
};

expose(api);
