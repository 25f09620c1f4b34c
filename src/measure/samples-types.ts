import type { Feeds } from '../runtime/types';

/** What is fed to a model in an evaluation. */
export interface Samples {
  readonly length: number;
  /** Class index of each sample, or null. */
  readonly labels: Int32Array | null;
  /** Largest number of samples one run may take. */
  readonly batch: number;
  /** The inputs for these samples, one batch. */
  feeds(indices: readonly number[]): Promise<Feeds>;
}
