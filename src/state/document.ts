/** The open model, what the engine runs on, and the samples it is scored with. */
import { create } from 'zustand';
import type { PlainError } from '../base/errors';
import { DEFAULT_LIMITS, type DataLimits } from '../data/limits';
import type { BackendCheck, DataProposal, DataSummary, Environment, NamedBlob, OpenedModel, PresetSearch } from '../engine/protocol/index';

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
  /** What the search for a preset found on those files. */
  readonly presets: PresetSearch | null;
  /** What went wrong last, shown where it happened; null once dismissed or mended. */
  readonly error: { readonly where: ErrorPlace; readonly error: PlainError } | null;
  /** Why the GPU device was lost; null when there is one. */
  readonly lostReason: string | null;
}

export type ErrorPlace = 'open' | 'recipe' | 'data' | 'run';

export const useDocument = create<DocumentState>(() => ({ environment: null, opened: null, check: null, data: null, dropped: null, proposal: null, limits: DEFAULT_LIMITS, presets: null, error: null, lostReason: null }));

export function dismissError(): void {
  useDocument.setState({ error: null });
}
