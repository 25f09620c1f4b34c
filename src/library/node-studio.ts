/** The studio of this process: an engine without a browser, the recipe that is worked on, and what was measured of it. */
import { WhittleError } from '../base/errors';
import { noPresetWords, presetWords } from '../base/preset-words';
import { DEFAULT_LIMITS, type DataLimits } from '../data/limits';
import type { Engine } from '../engine/node/index';
import {
  providerFor,
  type Comparison,
  type DataSummary,
  type Evaluation,
  type Exported,
  type FormComparison,
  type Measurement,
  type NamedBlob,
  type OpenedModel,
  type PresetSearch,
  type Profile,
  type Provider,
  type Recipe,
  type SplitChoice,
} from '../engine/protocol/index';
import type { Job } from '../base/job';
import { parseRecipe } from '../recipe/parse';
import { DEFAULT_TARGET, TARGETS } from '../recipe/targets';
import { modelBlobs, sampleBlobs } from './files';
import type { PlacedFile, PlacedSamples, Studio } from './studio';

/** Samples that a search for the preset tries: it ends at a quarter of them where only one way is left by then. */
const PRESET_SAMPLES = 256;

/** Passes learn from so many samples unless told otherwise. */
const SPLIT: SplitChoice = { calibration: 128, scored: Number.MAX_SAFE_INTEGER };

export class NodeStudio implements Studio {
  private readonly engine: Engine;
  private readonly job: Job;
  private limits: DataLimits = DEFAULT_LIMITS;
  private recipe: Recipe = { version: 1, target: DEFAULT_TARGET, passes: [] };
  private exported: Exported | null = null;
  private known: { measurement: Measurement | null; profile: Profile | null; forms: FormComparison | null } = NOTHING;

  /** @param job follows and stops every call. */
  constructor(engine: Engine, job: Job) {
    this.engine = engine;
    this.job = job;
  }

  async open(files: readonly PlacedFile[]): Promise<OpenedModel> {
    return this.openBlobs(await modelBlobs(files));
  }

  /** As `open`, of files that need not lie on the disk. */
  async openBlobs(files: readonly NamedBlob[]): Promise<OpenedModel> {
    const opened = await this.engine.open(this.job, files);
    await this.engine.clearData();
    this.forget();
    return opened;
  }

  async setLimits(limits: DataLimits): Promise<void> {
    this.limits = limits;
  }

  async addSamples(samples: PlacedSamples, choice: Partial<SplitChoice>): ReturnType<Studio['addSamples']> {
    const split = { ...SPLIT, ...choice };
    const files = await sampleBlobs(samples);
    this.forget();
    const read = (name: string, card: DataSummary['card']): Promise<DataSummary> =>
      this.engine.setData(this.job, name, card, files, split, this.limits);
    if (samples.card !== null) return { data: await read(samples.name, samples.card), said: [] };
    const { name, card, given, why } = await this.engine.proposeData(this.job, files, this.limits);
    const data = await read(name, card);
    if (given || !data.labelled || data.card.format === 'tensors') return { data, said: why };
    const found = await this.searched();
    if (typeof found === 'string') return { data, said: [...why, found] };
    const { better } = found;
    return { data: better === null ? data : await read(name, better.card), said: [...why, presetWords(found, better !== null)] };
  }

  async loadRecipe(json: unknown): Promise<Recipe> {
    const recipe = parseRecipe(json);
    this.work(recipe);
    return recipe;
  }

  scoreOriginal(limit: number | null): Promise<Evaluation> {
    return this.engine.evaluate(this.job, { version: 1, target: this.recipe.target, passes: [] }, limit, null, 'live');
  }

  findPreset(): Promise<PresetSearch> {
    return this.engine.findPreset(this.job, PRESET_SAMPLES);
  }

  async best(goal: Parameters<Studio['best']>[0]): ReturnType<Studio['best']> {
    const best = await this.engine.best(this.job, goal, this.recipe.target);
    if (best.chosen !== null) this.work(best.chosen.recipe);
    return best;
  }

  /** With the file's bytes. */
  async exportModel(): Promise<Exported> {
    return (this.exported = await this.engine.exportModel(this.job, this.recipe));
  }

  async measure(ep: Provider): Promise<Measurement> {
    const measurement = await this.engine.measure(this.job, this.recipe, ep);
    this.known = { ...this.known, measurement };
    return measurement;
  }

  evaluate(limit: number | null, ep: Provider | null): Promise<Evaluation> {
    return this.engine.evaluate(this.job, this.recipe, limit, ep, 'file');
  }

  scanSensitivity(options: Parameters<Studio['scanSensitivity']>[0]): ReturnType<Studio['scanSensitivity']> {
    return this.engine.sensitivity(this.job, this.recipe, options);
  }

  checkBackends(): ReturnType<Studio['checkBackends']> {
    return this.engine.checkBackends(this.job);
  }

  async profile(ep: Provider): Promise<Profile> {
    const profile = await this.engine.profile(this.job, this.recipe, ep);
    this.known = { ...this.known, profile };
    return profile;
  }

  sizes(): ReturnType<Studio['sizes']> {
    return this.engine.sizes(this.job, this.recipe);
  }

  throughput(ep: Provider): ReturnType<Studio['throughput']> {
    return this.engine.throughput(this.job, this.recipe, ep);
  }

  async compareForms(): Promise<FormComparison> {
    const forms = await this.engine.compareForms(this.job, this.recipe);
    this.known = { ...this.known, forms };
    return forms;
  }

  /** The open model beside another, as files. */
  compare(files: readonly NamedBlob[], ep: Provider): Promise<Comparison> {
    return this.engine.compare(this.job, files, null, ep);
  }

  async truth(): ReturnType<Studio['truth']> {
    if (this.exported === null) return null;
    const { providers } = await this.environment();
    const { measurement, profile, forms } = this.known;
    // Of the backend that the recipe is made for, or that stands in for it.
    const timed = measurement?.ep === providerFor(TARGETS[this.recipe.target], providers) ? measurement : null;
    const { recipe, layers } = this.exported;
    return this.engine.truth(this.job, { recipe, layers, measurement: timed, benchmark: null, profile, forms });
  }

  environment(): ReturnType<Studio['environment']> {
    return this.engine.environment(this.job);
  }

  async save(to: Parameters<Studio['save']>[0]): Promise<void> {
    await to(this.file());
  }

  /** The file that was written last. Throws `export-failed` where there is none. */
  file(): Blob {
    if (this.exported === null) throw new WhittleError('export-failed', 'No file was written.', 'Run the recipe again.');
    return this.exported.blob;
  }

  /** The preset, or why none was looked for: data that cannot be searched are no failure. */
  private async searched(): Promise<PresetSearch | string> {
    try {
      return await this.findPreset();
    } catch (thrown) {
      if (thrown instanceof WhittleError && thrown.code === 'bad-data') return noPresetWords(thrown.message);
      throw thrown;
    }
  }

  private work(recipe: Recipe): void {
    this.recipe = recipe;
    this.forget();
  }

  /** What was found of another model, on other samples or of another recipe. */
  private forget(): void {
    this.exported = null;
    this.known = NOTHING;
  }
}

const NOTHING = { measurement: null, profile: null, forms: null };
