import { VectorCache } from './cache';
import { areProbabilities } from './divergence';
import { sampleVectors, scoresOutput, type Outputs } from './outputs';

/** Outputs of one sample: one vector an output, in the order of `BeforeOutputs.names`. */
export type SampleOutputs = readonly Float32Array[];

const BUDGET_BYTES = 64 * 2 ** 20;

/**
 * Outputs of the original, kept (within a budget) between evaluations so that a slider move only runs the new side, and what its
 * first run showed of them.
 */
export class BeforeOutputs {
  /** Outputs that can be compared: all but text. Empty before the first run. */
  names: readonly string[] = [];
  /** The output with the class scores; null where there is none or none has run. */
  scores: string | null = null;
  /** Samples a run takes at most; null before the first run. */
  batch: number | null = null;
  private areShares: boolean | null = null;
  private caches: readonly VectorCache[] = [];

  /** Whether those scores are probabilities already, as the first run's were. */
  get probabilities(): boolean {
    return this.areShares === true;
  }

  /** Keeps the outputs of a run of these samples, and returns them sample by sample. */
  learn(outputs: Outputs, indices: readonly number[]): SampleOutputs[] {
    if (this.names.length === 0) {
      this.names = Object.entries(outputs)
        .filter(([, tensor]) => tensor.type !== 'string')
        .map(([name]) => name);
      this.scores = scoresOutput(outputs, indices.length);
      this.caches = this.names.map(() => new VectorCache(BUDGET_BYTES / this.names.length));
    }
    const samples = this.split(outputs, indices.length);
    this.areShares ??= samples.every((sample) => areProbabilities(this.scoresOf(sample) ?? []));
    for (const [k, index] of indices.entries()) {
      for (const [o, cache] of this.caches.entries()) cache.add(index, samples[k]?.[o] ?? new Float32Array());
    }
    return samples;
  }

  /** The kept outputs of all these samples; null where one is missing. */
  recall(indices: readonly number[]): SampleOutputs[] | null {
    if (this.caches.length === 0) return null;
    const samples = indices.map((index) => this.caches.flatMap((cache) => cache.get(index) ?? []));
    return samples.every((sample) => sample.length === this.caches.length) ? samples : null;
  }

  /** A run's outputs, sample by sample. */
  split(outputs: Outputs, batch: number): SampleOutputs[] {
    const columns = this.names.map((name) => sampleVectors(outputs, batch, name));
    return Array.from({ length: batch }, (_, k) => columns.map((column) => column[k] ?? new Float32Array()));
  }

  /** The class scores among a sample's outputs; null where there are none. */
  scoresOf(sample: SampleOutputs): Float32Array | null {
    return this.scores === null ? null : (sample[this.names.indexOf(this.scores)] ?? null);
  }
}
