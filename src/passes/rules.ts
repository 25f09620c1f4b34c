import { own } from '../base/own';
import type { OptionValue } from './options';

/**
 * What a recipe may carry beyond the fields of a meta. Recipe files and links outlive versions, so ids and values that are fixed
 * for later versions are refused by name instead of as typing mistakes, and options with one value so far are accepted.
 */
export interface PassRules {
  /** Options with a single value in this version: accepted with that value, shown nowhere. */
  readonly fixed?: Readonly<Record<string, OptionValue>>;
  /** Values of later versions, by option. */
  readonly planned?: Readonly<Record<string, readonly OptionValue[]>>;
  /** Options of which at most one may be given. */
  readonly exclusive?: readonly string[];
}

const RULES: Readonly<Record<string, PassRules>> = {
  'prune-weights': {
    fixed: { pattern: 'unstructured' },
    planned: { criterion: ['gradient', 'taylor', 'wanda', 'excess'], pattern: ['2:4', '4:8', 'block'] },
    exclusive: ['threshold', 'targetBytes'],
  },
  'quantize-static': {
    fixed: { activationBits: 8 },
  },
};

const PLANNED_PASSES: ReadonlySet<string> = new Set(['prune-channels', 'finetune', 'distill']);

/** Empty for passes that have none. */
export function rulesOf(passId: string): PassRules {
  return own(RULES, passId) ?? {};
}

/** Whether a later version is to have it: a recipe that names it is refused as such, not as a typing mistake. */
export function isPlannedPass(passId: string): boolean {
  return PLANNED_PASSES.has(passId);
}
