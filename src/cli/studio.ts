/** What the command asks of a studio: the same actions as the page's buttons, in whichever process they run. */
import type { Card } from '../data/types';
import type { DataSummary, OpenedModel, Outcome, SplitChoice } from '../engine/protocol/index';
import type { Automation } from '../state/automation';
import type { PlacedFile } from './external';

/** Answered by value: nothing of it is bound to files. */
export const ASKED = [
  'setLimits',
  'loadRecipe',
  'scoreOriginal',
  'findPreset',
  'best',
  'exportModel',
  'measure',
  'evaluate',
  'scanSensitivity',
  'checkBackends',
  'profile',
  'sizes',
  'throughput',
  'compareForms',
  'truth',
  'environment',
] as const satisfies readonly (keyof Automation)[];

export type Asked = Pick<Automation, (typeof ASKED)[number]>;

/** Samples on the disk; `card` null: one is proposed. */
export interface PlacedSamples {
  readonly name: string;
  readonly card: Card | null;
  readonly path: string;
  readonly isFolder: boolean;
}

export interface Studio extends Asked {
  /** The model first, then its external data. */
  open(files: readonly PlacedFile[]): Promise<Outcome<OpenedModel>>;
  /** By their card, or as a person's drop (`Automation.addData`). */
  addSamples(
    samples: PlacedSamples,
    split: Partial<SplitChoice>,
  ): Promise<Outcome<{ readonly data: DataSummary; readonly said: readonly string[] }>>;
  /** Hands the exported file to the outputs. Throws RunProblem where it cannot be. */
  save(to: (from: string | Blob) => Promise<void>): Promise<void>;
}
