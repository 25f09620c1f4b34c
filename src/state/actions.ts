/** What a person can do, each once: buttons, keys and the automation call these. */
import { WhittleError } from '../base/errors';
import { formatBytes } from '../base/format';
import type {
  BackendCheck,
  Best,
  BestGoal,
  BitBudget,
  BitPlan,
  Provider,
  Evaluation,
  Exported,
  MatmulTiming,
  Measurement,
  NamedBlob,
  OpenedModel,
  Recipe,
  Sensitivity,
  SensitivityCell,
  SensitivityOptions,
} from '../engine/protocol/index';
import { defaultRecipe } from '../recipe/defaults';
import { parseRecipe } from '../recipe/parse';
import { NO_SAMPLES, useDocument } from './document';
import { theEngine } from './engine';
import { runJob } from './jobs';
import { stopFollowing } from './pipeline';
import { setRecipe, useRecipe } from './recipe';
import { clearResults, isFresh, takeEvaluation, useResults } from './results';
import { saveFile } from './save';
import { keepAll, keepRecipe } from './unsaved';
import { clearVariants, rememberTrial, rememberVariant } from './variants';
import { selectLayer, showModel, useView } from './view';
import { targetFor } from '../recipe/targets';
import { PROVIDERS } from '../engine/protocol/index';

/** Above this the model is not run unasked: a session holds the weights a second time. */
const RUN_UNASKED_BYTES = 256 * 2 ** 20;

/** Chosen files, each with the folder path it came with, or that of `paths`. */
export function named(files: readonly File[], paths: readonly string[] = []): NamedBlob[] {
  return files.map((file, i) => ({ path: paths[i] ?? (file.webkitRelativePath || file.name), blob: file }));
}

/** Opens a model and, unless it is very large, runs it once on both backends. The open one is kept where this fails. */
export async function openModel(files: readonly NamedBlob[]): Promise<OpenedModel> {
  stopFollowing();
  const engine = await theEngine();
  const opened = await runJob('Opening the model', 'open', async (job) => {
    const model = await engine.open(job, files);
    // Within the job: the next one may open another model, whose samples these are not.
    await engine.clearData();
    return model;
  });
  clearResults();
  clearVariants();
  useView.setState({ filter: '' });
  useDocument.setState({ opened, check: null, ...NO_SAMPLES, error: null });
  selectLayer(opened.layers.toSorted((a, b) => b.bytes - a.bytes)[0]?.id ?? null);
  showModel();
  await learnEnvironment();
  return opened;
}

/** As a person's drop: opens, then checks the backends where that is cheap enough to do unasked. */
export async function openAndCheck(files: readonly NamedBlob[]): Promise<void> {
  const { summary } = await openModel(files);
  aimAtWhatRuns();
  if (summary.bytes <= RUN_UNASKED_BYTES) await checkBackends();
}

/** Where the browser has no WebGPU, a recipe that nobody chose or changed yet is made for what runs: WASM. */
function aimAtWhatRuns(): void {
  const { environment } = useDocument.getState();
  const { recipe } = useRecipe.getState();
  const gpu = environment?.providers.some((provider) => PROVIDERS[provider].gpu);
  if (gpu !== false || recipe !== defaultRecipe) return;
  useRecipe.setState({ recipe: { ...recipe, target: targetFor({ gpu }) } });
  keepRecipe();
}

/** Asks the engine what device and browser it runs on; waits for the engine to start. */
export async function learnEnvironment(): Promise<void> {
  const engine = await theEngine();
  useDocument.setState({ environment: await engine.environment({ signal: new AbortController().signal }) });
}

/** Compares the opened model's outputs on WebGPU and WASM, as a job that the page shows. Rejects as the engine does. */
export async function checkBackends(): Promise<BackendCheck> {
  const engine = await theEngine();
  const check = await runJob('Comparing WebGPU with WASM', 'run', async (job) => engine.checkBackends(job));
  useDocument.setState({ check });
  return check;
}

/** Accuracy and agreement over all samples, or `limit` of them. */
export async function evaluate(limit: number | null, ep: Provider | null = null): Promise<Evaluation> {
  stopFollowing();
  const engine = await theEngine();
  const { recipe } = useRecipe.getState();
  const evaluation = await runJob('Scoring', 'run', async (job) => engine.evaluate(job, recipe, limit, ep, 'file'));
  takeEvaluation(evaluation);
  rememberVariant(recipe);
  return evaluation;
}

/** What every layer costs when it is changed alone. Cells show as they come; a stopped scan goes on where it was when called again. */
export async function scanSensitivity(options: SensitivityOptions): Promise<Sensitivity> {
  stopFollowing();
  const engine = await theEngine();
  const { recipe } = useRecipe.getState();
  useResults.setState({ sensitivity: { recipe, options, cells: [], finished: null } });
  const show = (cell: SensitivityCell): void =>
    useResults.setState(({ sensitivity: scan }) =>
      scan?.recipe === recipe && scan.options === options
        ? { sensitivity: { ...scan, cells: [...scan.cells.filter((c) => !sameCell(c, cell)), cell] } }
        : {},
    );
  const finished = await runJob('Scanning the layers', 'run', async (job) =>
    engine.sensitivity({ ...job, onEvent: show }, recipe, options),
  );
  useResults.setState({ sensitivity: { recipe, options, cells: finished.cells, finished } });
  return finished;
}

/** A scan that a replaced worker began anew sends its cells again. */
function sameCell(a: SensitivityCell, b: SensitivityCell): boolean {
  return a.layerId === b.layerId && a.kind === b.kind && a.value === b.value;
}

/**
 * Puts the recipe with bits per layer that fit the budget on the sliders. Layers that the plan before left in floats are planned again,
 * unless the recipe was edited since. Throws 'bad-recipe' where none fits.
 */
export async function planBits(budget: BitBudget): Promise<BitPlan> {
  stopFollowing();
  const engine = await theEngine();
  const { recipe } = useRecipe.getState();
  const { plan: last, sensitivity } = useResults.getState();
  const from = last !== null && isFresh(last.value, recipe) ? last.from : recipe;
  const value = await runJob('Choosing bits for each layer', 'run', async (job) =>
    engine.planBits(job, from, sensitivity?.cells ?? [], budget),
  );
  useResults.setState({ plan: { from, budget, value } });
  setRecipe(value.recipe);
  return value;
}

/** Tries recipes for the goal and puts the best on the sliders, if one is of use; what was tried stays beside it. */
export async function chooseBest(goal: BestGoal): Promise<Best> {
  stopFollowing();
  const engine = await theEngine();
  const { target } = useRecipe.getState().recipe;
  const value = await runJob(`Looking for the best ${inWords(goal)}`, 'run', async (job) => engine.best(job, goal, target));
  const { chosen } = value;
  value.trials.forEach(rememberTrial);
  useResults.setState({ best: { recipe: chosen?.recipe ?? useRecipe.getState().recipe, value } });
  if (chosen) setRecipe(chosen.recipe);
  return value;
}

function inWords(goal: BestGoal): string {
  return goal.kind === 'bits' ? `${goal.bits} bits` : `file of ${formatBytes(goal.bytes)}`;
}

/**
 * Writes and proves the file of the present recipe, which then is a point of the Compare page. Rejects with the proof's reason where it
 * fails.
 */
export async function exportModel(): Promise<Exported> {
  const engine = await theEngine();
  const { recipe } = useRecipe.getState();
  const exported = await runJob('Writing the model', 'run', async (job) => engine.exportModel(job, recipe));
  useResults.setState({ exported, saved: false });
  rememberVariant(recipe);
  return exported;
}

/** Latency of original and result, interleaved, and the check of the written file. */
export async function measure(ep: Provider): Promise<Measurement> {
  stopFollowing();
  const engine = await theEngine();
  const { recipe } = useRecipe.getState();
  const measurement = await runJob('Timing before and after', 'run', async (job) => engine.measure(job, recipe, ep));
  useResults.setState(({ measurements }) => ({ measurement, measurements: { ...measurements, [measurement.ep]: measurement } }));
  rememberVariant(recipe);
  return measurement;
}

/** Stops what follows the sliders first: it would share the device. @param sizes edges of square matrices. */
export async function benchmarkMatmul(sizes: readonly number[]): Promise<readonly MatmulTiming[]> {
  stopFollowing();
  const engine = await theEngine();
  const benchmark = await runJob('Timing matrix products', 'run', async (job) => engine.benchmarkMatmul(job, sizes));
  useResults.setState({ benchmark });
  return benchmark;
}

/**
 * Saves the recipe's file, writing it first where it is not there or was made by another recipe. Throws `export-failed` where the file is
 * not what it should be: it is never handed out.
 */
export async function download(): Promise<void> {
  const kept = useResults.getState().exported;
  const exported = kept && isFresh(kept, useRecipe.getState().recipe) ? kept : await exportModel();
  const [fault] = exported.proof.faults;
  if (fault !== undefined) {
    const error = new WhittleError(
      'export-failed',
      fault,
      'The file is not handed out. Leave the pass out that does it, and report this: it is a fault of Whittle.',
    );
    useDocument.setState({ error: { where: 'run', error } });
    throw error;
  }
  saveFile(exported.name, exported.blob);
  useResults.setState({ saved: true });
  keepAll();
}

/** Puts a recipe from a file or the automation on the sliders. Throws 'bad-recipe'. */
export function loadRecipe(json: unknown): Recipe {
  const recipe = parseRecipe(json);
  setRecipe(recipe);
  return recipe;
}

/** After a lost device: asks for a new one and shows what came. The notice stays where none answers. */
export async function reconnect(): Promise<void> {
  const { lostReason } = useDocument.getState();
  useDocument.setState({ lostReason: null });
  try {
    await learnEnvironment();
  } catch (thrown) {
    useDocument.setState((state) => ({ lostReason: state.lostReason ?? lostReason }));
    throw thrown;
  }
  if (useDocument.getState().opened) await checkBackends();
}
