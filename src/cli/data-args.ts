/** Options for samples, which several commands take. */
import { DEFAULT_LIMITS, type DataLimits } from '../data/limits';
import { whole, type Given } from './options';

export const DATA_OPTIONS = {
  data: { type: 'string' },
  limit: { type: 'string' },
  calibration: { type: 'string' },
  'max-pixels': { type: 'string' },
  'max-unpacked': { type: 'string' },
  'max-ratio': { type: 'string' },
} as const;

/** Other names of `--data`, from when a card and samples were told apart. */
export const DATA_ALIASES = { card: 'data', samples: 'data' } as const;

export interface DataArguments {
  /** A card, a folder or a file of samples. */
  readonly data: string | null;
  /** Samples that are scored at most; null: all. */
  readonly limit: number | null;
  readonly calibration: number;
  readonly limits: DataLimits;
}

/** Throws InputProblem. @param calibration samples kept for passes unless told otherwise. */
export function dataArguments(given: Given<keyof typeof DATA_OPTIONS>, calibration: number): DataArguments {
  const limit = given.text('limit');
  return {
    data: given.text('data'),
    limit: limit === null ? null : whole('--limit', limit, 1),
    calibration: whole('--calibration', given.text('calibration'), calibration),
    limits: {
      maxPixels: whole('--max-pixels', given.text('max-pixels'), DEFAULT_LIMITS.maxPixels / 1e6) * 1e6,
      maxUnpacked: whole('--max-unpacked', given.text('max-unpacked'), DEFAULT_LIMITS.maxUnpacked / 1e6) * 1e6,
      maxRatio: whole('--max-ratio', given.text('max-ratio'), DEFAULT_LIMITS.maxRatio),
    },
  };
}
