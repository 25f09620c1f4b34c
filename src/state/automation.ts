/**
 * The page's handle for tests and the command line: the same actions as the buttons, and a signal for "nothing is under way". Small
 * answers only; a file leaves the page by a download.
 */
import type {
  BackendCheck,
  Best,
  BestGoal,
  BitBudget,
  BitPlan,
  Card,
  DataLimits,
  DataProposal,
  DataSummary,
  EngineStats,
  Environment,
  Provider,
  Evaluation,
  Exported,
  FormComparison,
  MatmulTiming,
  Measurement,
  OpenedModel,
  Outcome,
  PresetSearch,
  Profile,
  Recipe,
  Sensitivity,
  SensitivityOptions,
  Sizes,
  SplitChoice,
  Throughput,
  Truth,
} from '../engine/protocol/index';
import { toPlainError } from '../base/errors';
import type { Progress } from '../base/job';
import type { Report } from '../report/index';
import * as actions from './actions';
import * as samples from './data';
import { useDocument } from './document';
import { theEngine } from './engine';
import { useJobs } from './jobs';
import { isSettled, onSettled } from './pipeline';
import { currentReport } from './report';
import { useResults } from './results';
import * as speed from './speed';
import * as trust from './trust';
import { refreshTruth } from './truth';

/** Nothing throws: an error that crosses into a test process would lose its code and remedy. */
export interface Automation {
  /** Resolves when no job runs, no slider timer waits and no histogram is due. */
  idle(): Promise<void>;
  /** Calls the listener with how far the job is that a person waits for, whenever that changes. */
  follow(listener: (progress: Progress) => void): void;
  stats(): Promise<EngineStats>;
  /** `paths`: of the files, where they are known otherwise than by the files themselves. */
  open(files: readonly File[], paths?: readonly string[]): Promise<Outcome<OpenedModel>>;
  /** `split`: samples that passes may learn from (128 unless given), and how many of the others are scored. */
  setData(name: string, card: Card, files: readonly File[], split?: Partial<SplitChoice>): Promise<Outcome<DataSummary>>;
  /**
   * By the card, as `setData`; null: as a person's drop, where one is proposed, and with labels the preset looked for and taken where it is
   * clearly better. `said`: what was found.
   */
  addData(
    name: string,
    card: Card | null,
    files: readonly File[],
    split?: Partial<SplitChoice>,
  ): Promise<Outcome<{ readonly data: DataSummary; readonly said: readonly string[] }>>;
  /** The original on the samples that are scored, or so many of them, against itself. */
  scoreOriginal(limit: number | null): Promise<Outcome<Evaluation>>;
  /** What the files of samples may expand to, for the calls after it. */
  setLimits(limits: DataLimits): Promise<Outcome<void>>;
  /** A card for the files and the open model; nothing is read by it yet. */
  proposeData(files: readonly File[]): Promise<Outcome<DataProposal>>;
  /** Reads the files of the last proposal or `setData` by another card. */
  applyCard(card: Card): Promise<Outcome<DataSummary>>;
  findPreset(limit?: number): Promise<Outcome<PresetSearch>>;
  loadRecipe(json: unknown): Promise<Outcome<Recipe>>;
  exportModel(): Promise<Outcome<Omit<Exported, 'blob'>>>;
  /** Saves the exported file as a person's download. */
  download(): Promise<Outcome<void>>;
  measure(ep: Provider): Promise<Outcome<Measurement>>;
  /** `ep` null: the recipe's target, or WASM where that is only a software renderer. */
  evaluate(limit: number | null, ep: Provider | null): Promise<Outcome<Evaluation>>;
  scanSensitivity(options: SensitivityOptions): Promise<Outcome<Sensitivity>>;
  /** Puts the planned recipe on the sliders. */
  planBits(budget: BitBudget): Promise<Outcome<BitPlan>>;
  /** Puts the chosen recipe on the sliders. */
  best(goal: BestGoal): Promise<Outcome<Best>>;
  throughput(ep: Provider): Promise<Outcome<Throughput>>;
  profile(ep: Provider): Promise<Outcome<Profile>>;
  compareForms(): Promise<Outcome<FormComparison>>;
  sizes(): Promise<Outcome<Sizes>>;
  benchmarkMatmul(sizes: readonly number[]): Promise<Outcome<readonly MatmulTiming[]>>;
  /** Sentences for the recipe last previewed or exported; null before either. */
  truth(): Promise<Outcome<Truth | null>>;
  checkBackends(): Promise<Outcome<BackendCheck>>;
  /** What is known of the recipe now, as its JSON file would have it. */
  report(): Promise<Outcome<Report>>;
  environment(): Promise<Outcome<Environment>>;
  /** The stores as they stand, for a test's assertions. */
  snapshot(): { readonly document: ReturnType<typeof useDocument.getState>; readonly results: ReturnType<typeof useResults.getState> };
  loseDevice(): Promise<void>;
}

async function outcome<T>(work: () => T | Promise<T>): Promise<Outcome<T>> {
  try {
    return { ok: true, value: await work() };
  } catch (thrown) {
    return { ok: false, error: toPlainError(thrown) };
  }
}

function isQuiet(): boolean {
  const { running, quiet } = useJobs.getState();
  return !running && quiet === 0 && isSettled();
}

async function idle(): Promise<void> {
  for (;;) {
    if (isQuiet()) {
      // One job's end may start the next within the same turn.
      await new Promise((resolve) => {
        setTimeout(resolve, 0);
      });
      if (isQuiet()) return;
    }
    await new Promise<void>((resolve) => {
      const stop = useJobs.subscribe(() => done());
      const done = (): void => {
        stop();
        resolve();
      };
      onSettled(done);
    });
  }
}

const automation: Automation = {
  idle,
  follow(listener) {
    useJobs.subscribe(({ running }, before) => {
      if (running !== null && running.progress !== before.running?.progress) listener(running.progress);
    });
  },
  stats: async () => (await theEngine()).stats(),
  open: (files, paths) => outcome(() => actions.openModel(actions.named(files, paths))),
  setData: (name, card, files, split) => outcome(() => samples.setData(name, card, actions.named(files), split)),
  addData: (name, card, files, split) =>
    outcome(async () => {
      if (card !== null) return { data: await samples.setData(name, card, actions.named(files), split), said: [] };
      const data = await samples.addData(actions.named(files), split);
      const { proposal, prepared } = useDocument.getState();
      return { data, said: [...(proposal?.why ?? []), ...(prepared === null ? [] : [prepared])] };
    }),
  scoreOriginal: (limit) => outcome(() => trust.scoreOriginal(limit)),
  setLimits: (limits) => outcome(async () => samples.setLimits(limits)),
  proposeData: (files) => outcome(() => samples.proposeData(actions.named(files))),
  applyCard: (card) => outcome(() => samples.applyCard(card)),
  findPreset: (limit) => outcome(() => samples.findPreset(limit)),
  loadRecipe: (json) => outcome(() => actions.loadRecipe(json)),
  exportModel: () =>
    outcome(async () => {
      const { blob: _blob, ...exported } = await actions.exportModel();
      return exported;
    }),
  download: () => outcome(actions.download),
  measure: (ep) => outcome(() => actions.measure(ep)),
  evaluate: (limit, ep) => outcome(() => actions.evaluate(limit, ep)),
  scanSensitivity: (options) => outcome(() => actions.scanSensitivity(options)),
  planBits: (budget) => outcome(() => actions.planBits(budget)),
  best: (goal) => outcome(() => actions.chooseBest(goal)),
  throughput: (ep) => outcome(() => speed.measureThroughput(ep)),
  profile: (ep) => outcome(() => speed.profile(ep)),
  compareForms: () => outcome(speed.compareForms),
  sizes: () => outcome(speed.measureSizes),
  benchmarkMatmul: (sizes) => outcome(() => actions.benchmarkMatmul(sizes)),
  truth: () => outcome(refreshTruth),
  checkBackends: () => outcome(actions.checkBackends),
  report: () => outcome(currentReport),
  environment: () => outcome(async () => (await theEngine()).environment({ signal: new AbortController().signal })),
  snapshot: () => ({ document: useDocument.getState(), results: useResults.getState() }),
  loseDevice: async () => (await theEngine()).loseDevice(),
};

declare global {
  interface Window {
    whittle: Automation;
  }
}

/** Puts `window.whittle` there: the command line and tests drive the page by it. */
export function installAutomation(): void {
  window.whittle = automation;
}
