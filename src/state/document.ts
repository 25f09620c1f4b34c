/** The open model, what the engine runs on, and the samples it is scored with. */
import { create } from 'zustand';
import type { PlainError } from '../base/errors';
import type { BackendCheck, DataSummary, Environment, OpenedModel } from '../engine/protocol/index';

interface DocumentState {
  readonly environment: Environment | null;
  readonly opened: OpenedModel | null;
  /** WebGPU against WASM on the original; null until it ran. */
  readonly check: BackendCheck | null;
  readonly data: DataSummary | null;
  /** What went wrong last, shown where it happened; null once dismissed or mended. */
  readonly error: { readonly where: ErrorPlace; readonly error: PlainError } | null;
  /** Why the GPU device was lost; null when there is one. */
  readonly lostReason: string | null;
}

export type ErrorPlace = 'open' | 'recipe' | 'data' | 'run';

export const useDocument = create<DocumentState>(() => ({ environment: null, opened: null, check: null, data: null, error: null, lostReason: null }));

export function dismissError(): void {
  useDocument.setState({ error: null });
}
