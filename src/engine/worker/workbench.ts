/** One model on one device: uploaded weights, the backend check and the live session. A lost device takes it all away. */
import type { Artifacts } from '../../artifacts/types';
import { untilAborted } from '../../base/abort';
import type { Job } from '../../base/job';
import { Mutex } from '../../base/mutex';
import type { Dataset } from '../../data/types';
import type { Samples } from '../../measure/samples';
import { calibrationSamples, scoredSamples } from '../../measure/split';
import { createRecipeCache, type RecipeCache } from '../../recipe/cache';
import type { RunInput, SampleSource } from '../../recipe/apply-steps';
import { createResults } from '../../recipe/results';
import { runRecipe, sketchLayer, type LayerSketch, type RecipeRun } from '../../recipe/run';
import { usesSamples } from '../../recipe/steps';
import { TARGETS, type TargetId } from '../../recipe/targets';
import type { Recipe, RecipeStep } from '../../recipe/types';
import { checkBackends } from '../../runtime/check';
import { findFeeds, type FeedChoice } from '../../runtime/feeds';
import { PROVIDERS, providerFor } from '../../runtime/providers';
import type { Backend, BackendCheck, Provider, Session, SessionOptions } from '../../runtime/types';
import type { SensitivityCell } from '../protocol/index';
import { noSamples, sampleSource, type UserSamples } from './calibrate';
import type { Document } from './document';
import { createLive, graphAfter, graphBefore, type Live, type LiveGraph } from './live';
import { OpenedSession, Original } from './original';
import type { Platform } from './platform';
import { PresentRun } from './present-run';
import { trialInputs, type TrialInputs } from './trial-inputs';
import { lastingOf, type Keeper } from './lasting';

/**
 * A run on a software renderer beyond this time is left to WASM, which is many times faster on the same processor (docs/decisions/0008).
 */
const SLOW_MS = 5;

/** A live session with what an evaluation keeps beside it. */
export interface LiveBench {
  readonly live: Live;
  /** How made-up inputs must be for the model to run. */
  readonly choice: Partial<FeedChoice>;
  evaluated: Evaluated | null;
}

/** What is kept between evaluations while the data stay the same. */
export interface Evaluated {
  readonly data: object | null;
  readonly samples: Samples;
  /** In words where the samples are made up; null where they are the user's. */
  readonly madeUp: string | null;
  /** Cells of sensitivity scans, by what they were measured with. */
  readonly cells: Map<string, SensitivityCell>;
}

export class Workbench {
  readonly doc: Document;
  readonly platform: Platform;
  /** What passes may learn from, as it is now. */
  private readonly samples: () => UserSamples;
  readonly cache: RecipeCache;
  readonly artifacts: Artifacts | null;
  /** Checks of exported files: each is made once. */
  readonly fileChecks = new WeakMap<Blob, BackendCheck>();
  private checked: BackendCheck | null = null;
  private opened: Original | null = null;
  private tried: { readonly data: Dataset | null; readonly inputs: TrialInputs } | null = null;
  private readonly benches: Record<'base' | 'edited', LiveBench | null> = { base: null, edited: null };
  /** The "GPU" is a software renderer and slow on this model: evaluations run on WASM. */
  private tooSlow = false;
  private readonly turn = new Mutex();
  private readonly present = new PresentRun();
  private readonly closed = new AbortController();

  /** @param keeper where results go that took long; null: they end with the workbench. */
  constructor(doc: Document, platform: Platform, samples: () => UserSamples = noSamples, keeper: Keeper | null = null) {
    this.doc = doc;
    this.platform = platform;
    this.samples = samples;
    this.artifacts = keeper?.artifacts ?? null;
    const results = createResults(keeper && lastingOf(keeper, doc, platform));
    this.cache = createRecipeCache(doc.model, doc.layers, platform.compute, doc.large ? 'streaming' : 'resident', results);
  }

  /** The recipe's run on the open model, one for all that ask for it; dispose of it after use. */
  run(recipe: Recipe, job: Job): Promise<RecipeRun> {
    return this.present.hold(this.keyOf(recipe), (own) => runRecipe(this.inputOf(recipe, own)), job);
  }

  /** A run of these graph passes alone, beside the present run: what they make is kept by the cache. Dispose of it after use. */
  graphRun(recipe: Pick<Recipe, 'target'>, passes: readonly RecipeStep[], job: Job): Promise<RecipeRun> {
    return runRecipe(this.inputOf({ version: 1, target: recipe.target, passes }, job));
  }

  /** One layer's value under the recipe, or nearly (`sketchLayer`); dispose of it after use. */
  sketch(recipe: Recipe, layerId: string, job: Job): Promise<LayerSketch> {
    return sketchLayer(this.inputOf(recipe, job), layerId);
  }

  /** One layer under the recipe: of the present run where that is made, else a sketch. Dispose of it after use. */
  async layer(recipe: Recipe, layerId: string, job: Job): Promise<LayerSketch> {
    return this.present.made(this.keyOf(recipe)) ?? this.sketch(recipe, layerId, job);
  }

  /** Lets the present run go: what comes next takes as much memory by itself. Made anew when it is asked for. */
  dropRun(): Promise<void> {
    return this.present.drop();
  }

  private inputOf(recipe: Recipe, job: Job): RunInput {
    const { compute } = this.platform;
    const target = { gpu: TARGETS[recipe.target].gpu, shaderF16: compute.info.features.includes('shader-f16') };
    return { recipe, compute, target, cache: this.cache, job, samples: this.sampleSource(recipe) };
  }

  /** All that a run on this model and device depends on. */
  private keyOf(recipe: Recipe): string {
    const samples = recipe.passes.some(usesSamples) ? this.sampleSource(recipe)?.key : null;
    return JSON.stringify([recipe, samples ?? null]);
  }

  /** The samples that the recipe's passes may ask for. */
  sampleSource(recipe: Recipe): SampleSource | null {
    return sampleSource(this, recipe, this.samples());
  }

  /**
   * Samples that are scored, `limit` of them at most: whatever the recipe none that passes may learn from, so that the original has one
   * score. All of made-up inputs, from which nothing learns.
   */
  scoredOf(data: Dataset | null, total: number, limit: number | null): number[] {
    if (data === null) return scoredSamples(total, limit, []);
    const { calibration, scored = Infinity, seed } = this.samples();
    return scoredSamples(total, Math.min(limit ?? Infinity, scored), calibrationSamples(total, calibration, seed));
  }

  /** The provider here that runs what is made for a target. */
  providerOf(target: TargetId): Provider {
    return providerFor(TARGETS[target], this.platform.runtime.providers);
  }

  /** Where many runs are quickest: the recipe's target, or the reference where that is only a software renderer. */
  async quickest(target: TargetId, job: Job): Promise<Backend> {
    return this.backend(this.platform.compute.info.software ? this.platform.runtime.reference.ep : this.providerOf(target), job);
  }

  /** The opened file on a backend, with what it answered on these data. One is kept; another backend or other data take its place. */
  original({ ep, layout }: Backend, data: Dataset | null): Original {
    const kept = this.opened;
    const same = kept?.session.options.ep === ep && kept.session.options.layout === layout;
    if (same && kept.data === data) return kept;
    if (!same) void kept?.session.close().catch(() => {});
    const load = (options: SessionOptions): Promise<Session> =>
      this.platform.runtime.create(this.doc.model.source, options, this.closed.signal);
    this.opened = new Original(same ? kept.session : new OpenedSession({ ep, layout }, load), data);
    return this.opened;
  }

  /** Inputs that the opened file runs on, and its answers on the reference. Throws `runtime-failed` where it does not load or run here. */
  trials(data: Dataset | null, job: Job): Promise<TrialInputs> {
    return this.shared(job, async (own) => {
      if (this.tried?.data !== data) this.tried = null;
      this.tried ??= { data, inputs: await this.try(data, own) };
      return this.tried.inputs;
    });
  }

  private async try(data: Dataset | null, job: Job): Promise<TrialInputs> {
    const options = { ...this.platform.runtime.reference, frugal: true };
    const session = await this.platform.runtime.create(this.doc.model.source, options, job.signal);
    try {
      return await trialInputs(session, data, job);
    } finally {
      await session.release();
    }
  }

  /** Whether the GPU computes this model rightly, and in which layout; found out once. */
  check(job: Job): Promise<BackendCheck> {
    return this.shared(job, async (own) => {
      this.checked ??= await checkBackends(this.platform.runtime, this.doc.model.source, {}, own);
      return this.checked;
    });
  }

  /** The backend to run on when `wanted` is asked for: the reference where that is no GPU's, not here, or wrong on this model. */
  async backend(wanted: Provider, job: Job): Promise<Backend> {
    const { providers, reference } = this.platform.runtime;
    if (!PROVIDERS[wanted].gpu || !providers.includes(wanted)) return reference;
    const check = await this.check(job);
    return check.ok ? { ep: wanted, layout: check.layout } : reference;
  }

  /**
   * The live session of the graph before weight passes, warmed up. One is kept; another graph takes its place. `wanted` null: on the
   * recipe's target, or on the reference where that is only a slow software renderer.
   */
  async live(run: RecipeRun, job: Job, wanted: Provider | null = null): Promise<LiveBench> {
    return this.liveOf('base', run, graphBefore(run), job, wanted);
  }

  /** As `live`, for the graph after all passes: the same session unless a pass edited the graph. */
  async liveAfter(run: RecipeRun, job: Job, wanted: Provider | null = null): Promise<LiveBench> {
    return this.liveOf(run.model === run.base ? 'base' : 'edited', run, await graphAfter(run, job.signal), job, wanted);
  }

  private async liveOf(slot: 'base' | 'edited', run: RecipeRun, graph: LiveGraph, job: Job, wanted: Provider | null): Promise<LiveBench> {
    const { reference } = this.platform.runtime;
    const backend = await this.backend(wanted ?? (this.tooSlow ? reference.ep : this.providerOf(run.recipe.target)), job);
    const { ep } = backend;
    const kept = (): LiveBench | null => {
      const bench = this.benches[slot];
      return bench?.live.key === graph.key && bench.live.ep === ep ? bench : null;
    };
    const ready = kept();
    if (ready) return ready;
    return this.shared(job, async (own) => {
      const made = kept();
      if (made) return made;
      own.onProgress({ stage: 'Preparing the live session', done: 0, total: 1, startedAt: Date.now() });
      const old = this.benches[slot];
      this.benches[slot] = null;
      await old?.live.release();
      let bench = await this.warmUp(run, graph, backend, own.signal);
      const onGpu = PROVIDERS[ep].gpu;
      this.tooSlow ||= onGpu && this.platform.compute.info.software && bench.runMs > SLOW_MS;
      if (this.tooSlow && onGpu && wanted === null) {
        await bench.made.live.release();
        bench = await this.warmUp(run, graph, reference, own.signal);
      }
      this.benches[slot] = bench.made;
      return bench.made;
    });
  }

  /** A live session that has run: the first run compiles every pipeline, which must not fall on a slider move. */
  private async warmUp(
    run: RecipeRun,
    graph: LiveGraph,
    backend: Backend,
    signal: AbortSignal,
  ): Promise<{ made: LiveBench; runMs: number }> {
    const live = await createLive(graph, this.platform, backend, signal);
    try {
      const weights = await live.bind(run, 'before');
      try {
        const [found] = await findFeeds({ inputs: live.inputs, run: weights.run }, signal, 1, 1);
        const startedAt = performance.now();
        await weights.run(found?.feeds ?? {}, signal);
        return { made: { live, choice: found?.choice ?? {}, evaluated: null }, runMs: performance.now() - startedAt };
      } finally {
        weights.release();
      }
    } catch (error) {
      await live.release();
      throw error;
    }
  }

  async destroy(): Promise<void> {
    this.closed.abort();
    void this.present.drop();
    this.cache.destroy();
    await this.opened?.session.close();
    const { base, edited } = this.benches;
    this.benches.base = null;
    this.benches.edited = null;
    await base?.live.release();
    await edited?.live.release();
  }

  /** Work that serves every job: a superseded job stops waiting for it, and the next finds it done or under way. */
  private shared<T>(job: Job, work: (own: Job) => Promise<T>): Promise<T> {
    return untilAborted(
      this.turn.run(() => work({ signal: this.closed.signal, onProgress: job.onProgress })),
      job.signal,
    );
  }
}
