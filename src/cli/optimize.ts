/** One run of the command, on a studio. */
import { chanceRemedy, chanceWords } from '../base/chance-words';
import { fromPlainError, WhittleError } from '../base/errors';
import { counted } from '../base/plural';
import {
  providerFor,
  type BestGoal,
  type Evaluation,
  type Outcome,
  type Provider,
  type Sensitivity,
  type SensitivityOptions,
} from '../engine/protocol/index';
import { contradictionsOf } from '../recipe/contradictions';
import { usesSamples } from '../recipe/steps';
import type { Recipe } from '../recipe/types';
import { TARGETS } from '../recipe/targets';
import type { Results } from '../report/index';
import type { Inputs } from './inputs';
import type { PlacedSamples, Studio } from './studio';

export interface Run {
  readonly results: Results;
  save: Studio['save'];
}

export type Log = (line: string) => void;

/** What `--sensitivity` tries. */
const SCAN: SensitivityOptions = { bits: [2, 3, 4, 6, 8], sparsities: [], samples: 64 };

/**
 * Opens, optimizes, exports, times and scores. @param limit samples that are scored at most; null: all. @param log told what is done now, a
 * line each. Throws the WhittleError of a step that fails.
 */
export async function optimize(studio: Studio, inputs: Inputs, limit: number | null, log: Log): Promise<Run> {
  log('Opening the model');
  const opened = value(await studio.open(inputs.modelFiles));
  const data = inputs.data === null ? null : await addSamples(studio, inputs, inputs.data, limit, log);
  const given = value(await studio.loadRecipe(inputs.recipe));
  for (const { words } of contradictionsOf(given, opened.layers)) log(`  ${words}`);
  // Told before anything learns from them; else by the score, which is made anyway.
  const learns = data?.labelled === true && (inputs.best !== null || given.passes.some(usesSamples));
  if (learns) {
    log('Scoring the original');
    await tellDoubt(studio, inputs, value(await studio.scoreOriginal()), log);
  }
  const recipe = inputs.best === null ? given : await bestOf(studio, inputs.best, log);
  log('Running the recipe');
  const exported = value(await studio.exportModel());
  const environment = value(await studio.environment());
  const provider = providerFor(TARGETS[recipe.target], environment.providers);
  const figures =
    inputs.score && exported.proof.runnable ? await figuresOf(studio, inputs, provider, data?.split.scored ?? null, log) : NOTHING;
  if (!learns && figures.evaluation) await tellDoubt(studio, inputs, figures.evaluation, log);
  if (!exported.proof.runnable)
    log(
      `Not run: ${exported.proof.reason ?? ''}` +
        (inputs.sensitivity === null ? '' : ` ${inputs.sensitivity} is not written: a scan of layers needs runs.`),
    );
  return {
    results: {
      recipe,
      date: new Date(),
      environment,
      opened,
      data,
      preview: null,
      exported,
      asked: inputs.best && { by: 'best', goal: inputs.best },
      tried: [],
      ...figures,
    },
    save: (to) => studio.save(to),
  };
}

/** The recipe of those tried that loses least, which is then the studio's. Throws `bad-recipe` where none is of use. */
async function bestOf(studio: Studio, goal: BestGoal, log: Log): Promise<Recipe> {
  log('Trying recipes');
  const { chosen, said } = value(await studio.best(goal));
  for (const line of said) log(`  ${line}`);
  if (chosen !== null) return chosen.recipe;
  throw new WhittleError(
    'bad-recipe',
    'No recipe of use was found.',
    'What was tried, and what would help, stands above. Nothing was written.',
  );
}

/** Reads the samples, by their card or by one that is proposed and searched for its preset, and tells what was found. */
async function addSamples(
  studio: Studio,
  { calibration, limits }: Inputs,
  given: PlacedSamples,
  limit: number | null,
  log: Log,
): Promise<NonNullable<Results['data']>> {
  log('Reading the samples');
  value(await studio.setLimits(limits));
  const { data, said } = value(await studio.addSamples(given, { calibration, scored: limit ?? Number.MAX_SAFE_INTEGER }));
  for (const line of said) log(`  ${line}`);
  if (data.problems.count > 0) log(`  ${data.problems.count} left out, the first: ${data.problems.first[0] ?? ''}`);
  return data;
}

/**
 * Tells where the original's answers cannot be told from chance, and, of a card that was given, which preset would do: it is not changed.
 */
async function tellDoubt(studio: Studio, { data }: Inputs, { chance }: Pick<Evaluation, 'chance'>, log: Log): Promise<void> {
  if (chance?.told !== false) return;
  log(`Warning: ${chanceWords(chance)}. Passes that learn from samples prepared wrongly learn what is wrong. ${chanceRemedy(chance)}`);
  // Samples without a card were searched already.
  if (!data?.card || data.card.format === 'tensors') return;
  log('Looking for the preset');
  const found = await studio.findPreset();
  if (!found.ok) return log(`  not found: ${found.error.message}`);
  const { better, verdict } = found.value;
  log(
    better === null
      ? `  ${verdict}`
      : `Warning: the card stays as it was given, but another preset is clearly better. ${verdict} Its input: ` +
          `${JSON.stringify(better.card.input)}${better.offset === 0 ? '' : `, label offset ${better.offset}`}`,
  );
}

type Figures = Pick<
  Results,
  'measurements' | 'evaluation' | 'sensitivity' | 'originalCheck' | 'profile' | 'sizes' | 'throughput' | 'forms' | 'truth'
>;

/** Of a file that cannot be run here: weights are written without a run where nothing needs one. */
const NOTHING: Figures = {
  measurements: [],
  evaluation: null,
  sensitivity: null,
  originalCheck: null,
  profile: null,
  sizes: null,
  throughput: null,
  forms: null,
  truth: null,
};

/** Everything that takes a run. @param scored how many samples are scored; null without data. */
async function figuresOf(studio: Studio, inputs: Inputs, provider: Provider, scored: number | null, log: Log): Promise<Figures> {
  log('Running original and result side by side');
  const measurement = value(await studio.measure(provider));
  log(scored === null ? 'Comparing outputs' : `Scoring ${counted(scored, 'sample')}`);
  const evaluation = value(await studio.evaluate(null, inputs.ep));
  const sensitivity = inputs.sensitivity === null ? null : await scan(studio, log);
  return { measurements: [measurement], evaluation, sensitivity, ...(await lookCloser(studio, inputs, provider, log)) };
}

async function scan(studio: Studio, log: Log): Promise<Results['sensitivity']> {
  log('Scanning the layers');
  const finished: Sensitivity = value(await studio.scanSensitivity(SCAN));
  const { recipe, options, cells, samples, totalMs, inferenceMs } = finished;
  log(
    `${counted(cells.length, 'setting')} on ${counted(samples, 'sample')} in ` +
      `${(totalMs / 1000).toFixed(1)} s, ${(inferenceMs / 1000).toFixed(1)} s of it inference`,
  );
  return { recipe, options, cells, finished };
}

/** What `--report` and `--profile` add. A step that fails is told and left out: the file is written all the same. */
async function lookCloser(
  studio: Studio,
  { report, profile: everything }: Inputs,
  provider: Provider,
  log: Log,
): Promise<Pick<Results, 'originalCheck' | 'profile' | 'sizes' | 'throughput' | 'forms' | 'truth'>> {
  const known = async <T>(wanted: boolean, what: string, step: () => Promise<Outcome<T>>): Promise<T | null> => {
    if (!wanted) return null;
    log(what);
    const outcome = await step();
    if (!outcome.ok) log(`  not measured: ${outcome.error.message}`);
    return outcome.ok ? outcome.value : null;
  };
  const closer = report !== null || everything;
  return {
    originalCheck: await known(closer, "Comparing the original's backends", () => studio.checkBackends()),
    profile: await known(closer, 'Finding where operators run', () => studio.profile(provider)),
    sizes: await known(closer, 'Compressing', () => studio.sizes()),
    throughput: await known(everything, 'Timing batches', () => studio.throughput(provider)),
    forms: await known(everything, 'Comparing forms', () => studio.compareForms()),
    // Speaks from all of the above: the last.
    truth: await known(closer, 'Putting it into words', () => studio.truth()),
  };
}

/** What the studio answered; its error comes back as the WhittleError it was. */
function value<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value;
  throw fromPlainError(outcome.error);
}
