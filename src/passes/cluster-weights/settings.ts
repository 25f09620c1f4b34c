import { fitInputsOf, type FitInputs } from '../reconstruction/inputs-field';
import type { Options } from '../options';
import type { Init } from './starts';

/** cluster-weights' options for one layer, typed. */
export interface ClusterSettings {
  readonly clusters: number;
  readonly granularity: 'tensor' | 'channel';
  readonly init: Init;
  readonly keepZeros: boolean;
  readonly refine: 'none' | 'samples';
  readonly inputs: FitInputs;
}

/** Reads options that the recipe's check has passed. */
export function settingsOf(options: Options): ClusterSettings {
  const { init } = options;
  return {
    clusters: Number(options['clusters']),
    granularity: options['granularity'] === 'channel' ? 'channel' : 'tensor',
    init: init === 'density' || init === 'linear' ? init : 'kmeans++',
    keepZeros: options['keepZeros'] !== false,
    refine: options['refine'] === 'samples' ? 'samples' : 'none',
    inputs: fitInputsOf(options),
  };
}
