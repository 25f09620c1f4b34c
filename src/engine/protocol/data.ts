/** Samples: what is proposed for dropped files, what they became, and how they must be prepared. */
import type { Preset } from '../../data/presets';
import type { Card, ImageCard } from '../../data/types';
import type { Interval } from './accuracy';

/** How many samples are to be used for what. */
export interface SplitChoice {
  /** Passes learn from so many at most. */
  readonly calibration: number;
  /** null: as many as are scored in the time that a person waits after a move. */
  readonly scored: number | null;
}

/** What the samples are used for, by seeded shuffles: the same for every recipe, so that the original has one score. */
export interface Split {
  /** Passes learn from these, and they are never scored. */
  readonly calibration: number;
  /** All others: every score is of these. */
  readonly heldOut: number;
  /** Those of them that are scored. */
  readonly scored: number;
}

/** Open samples, as the page is told of them. */
export interface DataSummary {
  readonly name: string;
  /** Those that can be read. */
  readonly samples: number;
  readonly split: Split;
  /** How many the data name; null where they name none. */
  readonly classes: number | null;
  readonly labelled: boolean;
  readonly card: Card;
  /** How many samples were left out, and the first ten in words. */
  readonly problems: { readonly count: number; readonly first: readonly string[] };
}

/** A card for dropped files, which nobody had to write. */
export interface DataProposal {
  /** What the samples may be called: their folder, archive or file. */
  readonly name: string;
  readonly card: Card;
  /** Whether the card lay among the files, where a person put it: nothing takes its place unasked. */
  readonly given: boolean;
  /** Sentences: what was found, and what follows from it. */
  readonly why: readonly string[];
}

/** One way to prepare the samples, as far as it was tried; `preset` null: by the card's own numbers. */
export interface PresetCandidate {
  readonly preset: Preset['id'] | null;
  /** In words: "caffe, BGR, middle of 256". */
  readonly label: string;
  /** The present card with this preset, order, crop and label offset. */
  readonly card: ImageCard;
  /** Label offset that suited best. */
  readonly offset: number;
  /** Percent right of `samples`, with its 95 % Wilson interval. */
  readonly top1: number;
  readonly top1Interval: Interval;
  /** Samples it was tried on: fewer than the best's where it was given up as hopeless. */
  readonly samples: number;
  /** Mean -ln p of the right class, nats; null where it is not finite. */
  readonly loss: number | null;
}

export interface PresetSearch {
  /** Best first. */
  readonly candidates: readonly PresetCandidate[];
  /** null where no candidate answers better than chance. */
  readonly best: PresetCandidate | null;
  /** Whether the samples tell the best from the next by accuracy (McNemar, 5 %); else the smaller loss, or the usual crop, went first. */
  readonly told: boolean;
  /** The best, where it is so clearly better than the present card (McNemar, 1 %) that it may take its place; else null. */
  readonly better: PresetCandidate | null;
  readonly verdict: string;
  /** Samples that went through the model, all candidates together. */
  readonly runs: number;
}
