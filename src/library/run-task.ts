/** One run on a studio: open, learn, write, compare. What is asked for is a `Task`, what comes of it a `Run`. */
import { chanceRemedy, chanceWords } from '../base/chance-words';
import { toPlainError, WhittleError } from '../base/errors';
import { counted } from '../base/plural';
import type { DataLimits } from '../data/limits';
import {
  providerFor,
  type BestGoal,
  type Evaluation,
  type OpenedModel,
  type Provider,
  type Sensitivity,
  type SensitivityOptions,
} from '../engine/protocol/index';
import { contradictionsOf } from '../recipe/contradictions';
import { usesSamples } from '../recipe/steps';
import { TARGETS } from '../recipe/targets';
import type { Recipe } from '../recipe/types';
import type { Results } from '../report/index';
import type { PlacedSamples, Studio, Tell } from './studio';

export interface Task {
  /** What runs first: of `best` the target with no passes. */
  readonly recipe: Recipe;
  readonly best: BestGoal | null;
  readonly data: PlacedSamples | null;
  /** Samples that passes may learn from. */
  readonly calibration: number;
  /** Samples that are scored at most; null: all others. */
  readonly scored: number | null;
  /** What the samples may expand to. */
  readonly limits: DataLimits;
  /** The backend that was asked for by name: scores run on it even where it is slow. */
  readonly ep: Provider | null;
  /** What is measured of the written file: nothing, what a table of it shows, also where it runs and packs, or all there is. */
  readonly measured: 'nothing' | 'figures' | 'closer' | 'everything';
  /** Whether each layer is changed alone as well. */
  readonly scan: boolean;
}

export interface Run {
  readonly results: Results;
  readonly save: Studio['save'];
}

/** Samples that tell answers from chance, where the original is scored for nothing else. */
const DOUBT_SAMPLES = 256;

/** What `--sensitivity` tries. */
const SCAN: SensitivityOptions = { bits: [2, 3, 4, 6, 8], sparsities: [], samples: 64 };

/** Optimizes, exports, times and scores the model that is open. @param tell told what is done now. Throws the WhittleError of a step. */
export async function optimize(studio: Studio, opened: OpenedModel, task: Task, tell: Tell): Promise<Run> {
  const data = task.data === null ? null : await addSamples(studio, task, task.data, tell);
  const given = await studio.loadRecipe(task.recipe);
  for (const { words } of contradictionsOf(given, opened.layers)) tell({ event: 'note', words });
  // Told before anything learns from them; else by the score, which is made anyway.
  const learns = data?.labelled === true && (task.best !== null || given.passes.some(usesSamples));
  if (learns) {
    tell({ event: 'step', words: 'Scoring the original' });
    await tellDoubt(studio, task, await studio.scoreOriginal(task.measured === 'nothing' ? DOUBT_SAMPLES : null), tell);
  }
  const recipe = task.best === null ? given : await bestOf(studio, task.best, tell);
  tell({ event: 'step', words: 'Running the recipe' });
  const exported = await studio.exportModel();
  const environment = await studio.environment();
  const provider = providerFor(TARGETS[recipe.target], environment.providers);
  const { proof } = exported;
  // A large model is not run for figures that nobody asked for: two of it in the runtime take several times the file.
  const unasked = proof.runnable && !proof.ran && task.data === null && task.measured === 'figures' && !task.scan;
  const scores = task.measured !== 'nothing' && proof.runnable && !unasked;
  const figures = scores ? await figuresOf(studio, task, provider, data?.split.scored ?? null, tell) : NOTHING;
  if (!learns && figures.evaluation) await tellDoubt(studio, task, figures.evaluation, tell);
  if (!proof.runnable || unasked) {
    const unscanned = task.scan ? ' No layer was scanned: that needs runs.' : '';
    tell({ event: 'note', words: `Not run: ${proof.reason ?? ''}${unasked ? ': give samples to have it compared' : unscanned}` });
  }
  return {
    results: {
      recipe,
      date: new Date(),
      environment,
      opened,
      data,
      preview: null,
      exported,
      asked: task.best && { by: 'best', goal: task.best },
      tried: [],
      ...figures,
    },
    save: (to) => studio.save(to),
  };
}

/** The recipe of those tried that loses least, which is then the studio's. Throws `bad-recipe` where none is of use. */
async function bestOf(studio: Studio, goal: BestGoal, tell: Tell): Promise<Recipe> {
  tell({ event: 'step', words: 'Trying recipes' });
  const { chosen, said } = await studio.best(goal);
  for (const words of said) tell({ event: 'note', words });
  if (chosen !== null) return chosen.recipe;
  throw new WhittleError(
    'bad-recipe',
    'No recipe of use was found.',
    'What was tried, and what would help, stands above. Nothing was written.',
  );
}

/** Reads the samples, by their card or by one that is proposed and searched for its preset, and tells what was found. */
export async function addSamples(
  studio: Studio,
  { calibration, scored, limits }: Pick<Task, 'calibration' | 'scored' | 'limits'>,
  given: PlacedSamples,
  tell: Tell,
): Promise<NonNullable<Results['data']>> {
  tell({ event: 'step', words: 'Reading the samples' });
  await studio.setLimits(limits);
  const { data, said } = await studio.addSamples(given, { calibration, scored: scored ?? Number.MAX_SAFE_INTEGER });
  for (const words of said) tell({ event: 'note', words });
  if (data.problems.count > 0)
    tell({ event: 'note', words: `${data.problems.count} left out, the first: ${data.problems.first[0] ?? ''}` });
  return data;
}

/**
 * Tells where the original's answers cannot be told from chance, and, of a card that was given, which preset would do: it is not changed.
 */
async function tellDoubt(studio: Studio, { data }: Task, { chance }: Pick<Evaluation, 'chance'>, tell: Tell): Promise<void> {
  if (chance?.told !== false) return;
  const doubt = `${chanceWords(chance)}. Passes that learn from samples prepared wrongly learn what is wrong. ${chanceRemedy(chance)}`;
  tell({ event: 'warning', words: doubt });
  // Samples without a card were searched already.
  if (!data?.card || data.card.format === 'tensors') return;
  tell({ event: 'step', words: 'Looking for the preset' });
  try {
    const { better, verdict } = await studio.findPreset();
    if (better === null) return tell({ event: 'note', words: verdict });
    const { card, offset } = better;
    const words =
      `the card stays as it was given, but another preset is clearly better. ${verdict} Its input: ` +
      `${JSON.stringify(card.input)}${offset === 0 ? '' : `, label offset ${offset}`}`;
    tell({ event: 'warning', words });
  } catch (thrown) {
    tell({ event: 'note', words: `not found: ${failure(thrown)}` });
  }
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
async function figuresOf(studio: Studio, task: Task, provider: Provider, scored: number | null, tell: Tell): Promise<Figures> {
  tell({ event: 'step', words: 'Running original and result side by side' });
  const measurement = await studio.measure(provider);
  tell({ event: 'step', words: scored === null ? 'Comparing outputs' : `Scoring ${counted(scored, 'sample')}` });
  const evaluation = await studio.evaluate(null, task.ep);
  const sensitivity = task.scan ? await scan(studio, tell) : null;
  return { measurements: [measurement], evaluation, sensitivity, ...(await lookCloser(studio, task, provider, tell)) };
}

async function scan(studio: Studio, tell: Tell): Promise<Results['sensitivity']> {
  tell({ event: 'step', words: 'Scanning the layers' });
  const finished: Sensitivity = await studio.scanSensitivity(SCAN);
  const { recipe, options, cells, samples, totalMs, inferenceMs } = finished;
  const words =
    `${counted(cells.length, 'setting')} on ${counted(samples, 'sample')} in ` +
    `${(totalMs / 1000).toFixed(1)} s, ${(inferenceMs / 1000).toFixed(1)} s of it inference`;
  tell({ event: 'note', words });
  return { recipe, options, cells, finished };
}

/** What a closer look adds. A step that fails is told and left out: the file is written all the same. */
async function lookCloser(
  studio: Studio,
  { measured }: Task,
  provider: Provider,
  tell: Tell,
): Promise<Pick<Results, 'originalCheck' | 'profile' | 'sizes' | 'throughput' | 'forms' | 'truth'>> {
  const known = async <T>(wanted: boolean, words: string, step: () => Promise<T>): Promise<T | null> => {
    if (!wanted) return null;
    tell({ event: 'step', words });
    try {
      return await step();
    } catch (thrown) {
      tell({ event: 'note', words: `not measured: ${failure(thrown)}` });
      return null;
    }
  };
  const everything = measured === 'everything';
  const closer = everything || measured === 'closer';
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

/** What failed, for a step that may; a stop is passed on. */
function failure(thrown: unknown): string {
  const { code, message } = toPlainError(thrown);
  if (code === 'aborted' || !(thrown instanceof WhittleError)) throw thrown;
  return message;
}
