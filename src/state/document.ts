/** The open model, what the engine runs on, and the samples it is scored with. */
import { create } from 'zustand';
import type { PlainError } from '../base/errors';
import { DEFAULT_LIMITS, type DataLimits } from '../data/limits';
import { ALL_PROVIDERS, providerFor, type Provider } from '../engine/protocol/index';
import type {
  BackendCheck,
  DataProposal,
  DataSummary,
  Environment,
  NamedBlob,
  OpenedModel,
  PresetSearch,
  SplitChoice,
} from '../engine/protocol/index';
import { TARGETS, type TargetId } from '../recipe/targets';

export interface DocumentState {
  readonly environment: Environment | null;
  readonly opened: OpenedModel | null;
  /** WebGPU against WASM on the original; null until it ran. */
  readonly check: BackendCheck | null;
  readonly data: DataSummary | null;
  /** The files that samples are or may be read from, kept so that an edited card asks for none again. */
  readonly dropped: { readonly name: string; readonly files: readonly NamedBlob[] } | null;
  /** The card proposed for those files; null where a card came another way. */
  readonly proposal: DataProposal | null;
  /** What the files of samples may expand to. */
  readonly limits: DataLimits;
  /** How many of the samples are used for what, from the next that are read on. */
  readonly split: SplitChoice;
  /** Who chose the card in use. What a person chose is not changed unasked. */
  readonly cardFrom: 'person' | 'guess' | 'search' | null;
  /** The preset is being looked for: nothing is scored on the samples or learned from them until that is over. */
  readonly preparing: boolean;
  /** What the search for a preset found on those files. */
  readonly presets: PresetSearch | null;
  /** What came of that search, in words. */
  readonly prepared: string | null;
  /** Samples that the person lets passes learn from, although the original's answers on them cannot be told from chance. */
  readonly trusted: DataSummary | null;
  /** What went wrong last, shown where it happened; null once dismissed or mended. */
  readonly error: { readonly where: ErrorPlace; readonly error: PlainError } | null;
  /** Why the GPU device was lost; null when there is one. */
  readonly lostReason: string | null;
}

export type ErrorPlace = 'open' | 'recipe' | 'data' | 'run';

/** Samples that passes learn from unless more or fewer are asked for: published figures of such methods use 128 to 1,024. */
const CALIBRATION_SAMPLES = 128;

/** What is known of samples where there are none. */
export const NO_SAMPLES = {
  data: null,
  dropped: null,
  proposal: null,
  cardFrom: null,
  preparing: false,
  presets: null,
  prepared: null,
  trusted: null,
} as const;

export const useDocument = create<DocumentState>(() => ({
  environment: null,
  opened: null,
  check: null,
  ...NO_SAMPLES,
  limits: DEFAULT_LIMITS,
  split: { calibration: CALIBRATION_SAMPLES, scored: null },
  error: null,
  lostReason: null,
}));

/** Takes the notice of the last failure away; what failed stays undone. */
export function dismissError(): void {
  useDocument.setState({ error: null });
}

const NOT_KNOWN: readonly Provider[] = [];

/** What a model can run on here; none until the engine has told. */
export function useProviders(): readonly Provider[] {
  return useDocument((state) => state.environment?.providers ?? NOT_KNOWN);
}

/** What runs a file here that is made for this target. */
export function providerOf(target: TargetId): Provider {
  return providerFor(TARGETS[target], useDocument.getState().environment?.providers ?? ALL_PROVIDERS);
}
