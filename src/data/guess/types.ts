import type { Card, ModelInput } from '../types';

/** What is known of the model that samples are sought for. */
export interface Model {
  /** File name, which a card may name. */
  readonly name: string;
  readonly inputs: readonly ModelInput[];
  /** Class scores of its output; null where it gives none. */
  readonly classes: number | null;
}

export interface Guess {
  readonly card: Card;
  /** Set where the card lay among the files. */
  readonly given?: true;
  /** Sentences: what was found, and what follows from it. */
  readonly why: readonly string[];
}
