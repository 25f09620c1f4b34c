import type { Options } from '../options';

export const CALIBRATORS = ['mse', 'minmax', 'average', 'percentile', 'entropy'] as const;
export type Calibrator = (typeof CALIBRATORS)[number];

/** Options of the whole pass; weight options are read per layer (`weightSettings`). */
export interface StaticSettings {
  readonly signed: boolean;
  readonly calibrator: Calibrator;
  /** SmoothQuant's alpha, 0..1; 0: nothing moves. */
  readonly smoothing: number;
}

/** Reads options that the recipe's check has passed. */
export function staticSettings(options: Options): StaticSettings {
  return {
    signed: options['activationType'] === 'int8',
    calibrator: CALIBRATORS.find((name) => name === options['calibrator']) ?? 'mse',
    smoothing: Number(options['smoothing']),
  };
}
