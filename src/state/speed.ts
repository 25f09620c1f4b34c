/** Actions that look closer at speed and size, each on the recipe now on the sliders. */
import type { Job } from '../base/job';
import type { Engine } from '../engine/client';
import type { Ep, FormComparison, Profile, Recipe, Sizes, Throughput } from '../engine/protocol/index';
import { theEngine } from './engine';
import { runJob } from './jobs';
import { stopFollowing } from './pipeline';
import { useRecipe } from './recipe';
import { useResults } from './results';

/** Samples a second of original and result by batch size. */
export async function measureThroughput(ep: Ep): Promise<Throughput> {
  const throughput = await asked('Timing batches', (engine, recipe, { signal, onProgress }) => engine.throughput(signal, recipe, ep, onProgress));
  useResults.setState({ throughput });
  return throughput;
}

/** Where each operator of original and result runs, and how long it takes. */
export async function profile(ep: Ep): Promise<Profile> {
  const made = await asked('Finding where operators run', (engine, recipe, { signal, onProgress }) => engine.profile(signal, recipe, ep, onProgress));
  useResults.setState({ profile: made });
  return made;
}

/** This model's weights in every form that fits, really run on the recipe's target. */
export async function compareForms(): Promise<FormComparison> {
  const forms = await asked('Comparing forms', (engine, recipe, { signal, onProgress }) => engine.compareForms(signal, recipe, onProgress));
  useResults.setState({ forms });
  return forms;
}

/** Raw, gzip and brotli bytes of both files and of every layer. */
export async function measureSizes(): Promise<Sizes> {
  const sizes = await asked('Compressing', (engine, recipe, { signal, onProgress }) => engine.sizes(signal, recipe, onProgress));
  useResults.setState({ sizes });
  return sizes;
}

async function asked<T>(title: string, work: (engine: Engine, recipe: Recipe, job: Job) => Promise<T>): Promise<T> {
  stopFollowing();
  const engine = await theEngine();
  const { recipe } = useRecipe.getState();
  return runJob(title, 'run', (job) => work(engine, recipe, job));
}
