import { WhittleError } from '../base/errors';
import { defaultsOf, type OptionField, type Options, type OptionValue, type PassMeta } from '../passes/options';
import { rulesOf } from '../passes/rules';
import type { RecipeStep } from './types';

/** The options of a step for one layer (or for the pass when `layerId` is absent): defaults, then the step's, then the layer's. */
export function effectiveOptions(meta: PassMeta, step: RecipeStep, layerId?: string): Options {
  const own = layerId === undefined ? {} : (step.overrides?.[layerId] ?? {});
  return { ...defaultsOf(meta), ...step.options, ...own };
}

/**
 * Checks given options against the pass's fields.
 * @param where how messages name the place, e.g. `Pass "quantize-weights"`.
 * @throws WhittleError `bad-recipe` that names the option, its value and the allowed range.
 */
export function checkOptions(meta: PassMeta, given: Readonly<Record<string, unknown>>, where: string): Options {
  const rules = rulesOf(meta.id);
  const options: Record<string, OptionValue> = {};
  for (const [key, value] of Object.entries(given)) {
    const planned = rules.planned?.[key] ?? [];
    if (planned.some((p) => p === value)) {
      throw bad(`${where}: option "${key}" is ${JSON.stringify(value)}, which is not available yet in this version.`, remedyFor(meta, key));
    }
    const fixed = rules.fixed?.[key];
    const field = meta.fields.find((f) => f.key === key);
    if (fixed !== undefined && value === fixed) options[key] = fixed;
    else if (fixed !== undefined) throw bad(`${where}: option "${key}" is ${JSON.stringify(value)}.`, `Allowed: ${JSON.stringify(fixed)}.`);
    else if (field === undefined) {
      throw bad(`${where} has no option "${key}".`, meta.fields.length === 0 ? 'It takes no options.' : `Its options are ${meta.fields.map((f) => f.key).join(', ')}.`);
    } else options[key] = checkValue(field, value, where);
  }
  const together = (rules.exclusive ?? []).filter((key) => key in options);
  if (together.length > 1) throw bad(`${where} sets both ${together.map((k) => `"${k}" (${String(options[k])})`).join(' and ')}.`, 'Keep one of them.');
  return options;
}

function checkValue(field: OptionField, value: unknown, where: string): OptionValue {
  if (accepts(field, value)) return value;
  throw bad(`${where}: option "${field.key}" is ${JSON.stringify(value)}.`, `Allowed: ${allowed(field)}.`);
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
      return typeof value === 'string';
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
      return 'a text';
  }
}

function remedyFor(meta: PassMeta, key: string): string {
  const field = meta.fields.find((f) => f.key === key);
  const fixed = rulesOf(meta.id).fixed?.[key];
  return `Allowed: ${field === undefined ? JSON.stringify(fixed) : allowed(field)}.`;
}

function bad(message: string, remedy: string): WhittleError {
  return new WhittleError('bad-recipe', message, remedy);
}
