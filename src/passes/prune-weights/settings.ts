import { WhittleError } from '../../base/errors';
import type { Options } from '../options';

/** prune-weights' options for the whole pass, typed. */
export interface PruneSettings {
  readonly sparsity: number;
  readonly scope: 'global' | 'layer';
  readonly criterion: 'magnitude' | 'random';
  readonly threshold: number | undefined;
  readonly targetBytes: number | undefined;
}

/** @throws WhittleError `bad-recipe` for a threshold with the random criterion, which has no magnitude to compare. */
export function settingsOf(options: Options): PruneSettings {
  const optional = (key: string): number | undefined => (options[key] === undefined ? undefined : Number(options[key]));
  const settings: PruneSettings = {
    sparsity: Number(options['sparsity']),
    scope: options['scope'] === 'layer' ? 'layer' : 'global',
    criterion: options['criterion'] === 'random' ? 'random' : 'magnitude',
    threshold: optional('threshold'),
    targetBytes: optional('targetBytes'),
  };
  if (settings.criterion === 'random' && settings.threshold !== undefined) {
    throw new WhittleError(
      'bad-recipe',
      `Pass "prune-weights": option "threshold" is ${settings.threshold} with the criterion "random".`,
      'Set the sparsity instead, or use the criterion "magnitude".',
    );
  }
  return settings;
}

/**
 * How many of `params` weights become zero: round(sparsity * params), or, for a target size, the smallest count whose kept
 * weights take at most `targetBytes` at their mean size of bytes / params.
 */
export function cutCount(settings: PruneSettings, params: number, bytes: number): number {
  if (settings.targetBytes === undefined) return Math.round(settings.sparsity * params);
  const kept = Math.floor((settings.targetBytes * params) / Math.max(bytes, 1));
  return Math.min(Math.max(params - kept, 0), params);
}
