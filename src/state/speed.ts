/** Actions that look closer at speed and size, each on the recipe now on the sliders. */
import type { Job } from '../base/job';
import type { Engine } from '../engine/client';
import type { Provider, FormComparison, Profile, Recipe, Sizes, Throughput } from '../engine/protocol/index';
import { theEngine } from './engine';
import { runJob } from './jobs';
import { stopFollowing } from './pipeline';
import { useRecipe } from './recipe';
import { useResults } from './results';

/** Samples a second of original and result by batch size. */
export async function measureThroughput(ep: Provider): Promise<Throughput> {
  const throughput = await asked('Timing batches', (engine, recipe, job) => engine.throughput(job, recipe, ep));
  useResults.setState({ throughput });
  return throughput;
}

/** Where each operator of original and result runs, and how long it takes. */
export async function profile(ep: Provider): Promise<Profile> {
  const made = await asked('Finding where operators run', (engine, recipe, job) => engine.profile(job, recipe, ep));
  useResults.setState({ profile: made });
  return made;
}

/** This model's weights in every form that fits, really run on the recipe's target. */
export async function compareForms(): Promise<FormComparison> {
  const forms = await asked('Comparing forms', (engine, recipe, job) => engine.compareForms(job, recipe));
  useResults.setState({ forms });
  return forms;
}

/** Raw, gzip and brotli bytes of both files and of every layer. */
export async function measureSizes(): Promise<Sizes> {
  const sizes = await asked('Compressing', (engine, recipe, job) => engine.sizes(job, recipe));
  useResults.setState({ sizes });
  return sizes;
}

async function asked<T>(title: string, work: (engine: Engine, recipe: Recipe, job: Job) => Promise<T>): Promise<T> {
  stopFollowing();
  const engine = await theEngine();
  const { recipe } = useRecipe.getState();
  return runJob(title, 'run', (job) => work(engine, recipe, job));
}
