import { WhittleError } from '../base/errors';
import { own } from '../base/own';
import { shown } from '../base/shown';
import { defaultsOf, type OptionField, type Options, type OptionValue, type PassMeta } from '../passes/options';
import { rulesOf } from '../passes/rules';
import type { RecipeStep } from './types';

/** The options of a step for one layer (or for the pass when `layerId` is absent): defaults, then the step's, then the layer's. */
export function effectiveOptions(meta: PassMeta, step: RecipeStep, layerId?: string): Options {
  return { ...defaultsOf(meta), ...step.options, ...(layerId === undefined ? {} : ownOptions(step, layerId)) };
}

/** What a step sets for this layer alone. */
export function ownOptions(step: RecipeStep | undefined, layerId: string): Options {
  return own(step?.overrides, layerId) ?? {};
}

/**
 * Checks given options against the pass's fields.
 * @param where how messages name the place, e.g. `Pass "quantize-weights"`.
 * @throws WhittleError `bad-recipe` that names the option, its value and the allowed range.
 */
export function checkOptions(meta: PassMeta, given: Readonly<Record<string, unknown>>, where: string): Options {
  const rules = rulesOf(meta.id);
  const options = new Map<string, OptionValue>();
  for (const [key, value] of Object.entries(given)) {
    const planned = own(rules.planned, key) ?? [];
    if (planned.some((p) => p === value)) {
      throw bad(`${where}: option "${key}" is ${shown(value)}, which is not available yet in this version.`, remedyFor(meta, key));
    }
    const fixed = own(rules.fixed, key);
    const field = meta.fields.find((f) => f.key === key);
    if (fixed !== undefined && value === fixed) options.set(key, fixed);
    else if (fixed !== undefined) throw bad(`${where}: option "${key}" is ${shown(value)}.`, `Allowed: ${JSON.stringify(fixed)}.`);
    else if (field === undefined) {
      throw bad(
        `${where} has no option ${shown(key)}.`,
        meta.fields.length === 0 ? 'It takes no options.' : `Its options are ${meta.fields.map((f) => f.key).join(', ')}.`,
      );
    } else options.set(key, checkValue(field, value, where));
  }
  const together = (rules.exclusive ?? []).filter((key) => options.has(key));
  if (together.length > 1)
    throw bad(`${where} sets both ${together.map((k) => `"${k}" (${shown(options.get(k))})`).join(' and ')}.`, 'Keep one of them.');
  return Object.fromEntries(options);
}

/** Characters of a free text: a few hundred op types. */
const LONGEST_TEXT = 10_000;

function checkValue(field: OptionField, value: unknown, where: string): OptionValue {
  // -0 is 0 here, so that equal recipes are equal.
  if (accepts(field, value)) return value === 0 ? 0 : value;
  throw bad(`${where}: option "${field.key}" is ${shown(value)}.`, `Allowed: ${allowed(field)}.`);
}

function accepts(field: OptionField, value: unknown): value is OptionValue {
  switch (field.type) {
    case 'number':
      return typeof value === 'number' && value >= field.min && value <= field.max && (field.step !== 1 || Number.isInteger(value));
    case 'choice':
      return field.choices.some((c) => c.value === value);
    case 'boolean':
      return typeof value === 'boolean';
    default:
      return typeof value === 'string' && value.length <= LONGEST_TEXT;
  }
}

function allowed(field: OptionField): string {
  switch (field.type) {
    case 'number':
      return `${field.step === 1 ? 'whole numbers ' : ''}${field.min} to ${field.max}`;
    case 'choice':
      return field.choices.map((c) => JSON.stringify(c.value)).join(', ');
    case 'boolean':
      return 'true, false';
    default:
      return `a text of at most ${LONGEST_TEXT} characters`;
  }
}

function remedyFor(meta: PassMeta, key: string): string {
  const field = meta.fields.find((f) => f.key === key);
  const fixed = own(rulesOf(meta.id).fixed, key);
  return `Allowed: ${field === undefined ? JSON.stringify(fixed) : allowed(field)}.`;
}

function bad(message: string, remedy: string): WhittleError {
  return new WhittleError('bad-recipe', message, remedy);
}
