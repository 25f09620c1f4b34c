/** A recipe as a person reads it before any model is open: each pass, its settings, its layers, and what it takes from samples. */
import { formatBytes, formatCount } from '../base/format';
import { counted } from '../base/plural';
import { metaOf } from '../passes/metas';
import { shownFields, type OptionField, type OptionValue } from '../passes/options';
import { effectiveOptions } from './options';
import { usesSamples } from './steps';
import type { Recipe, RecipeStep } from './types';

export interface StepWords {
  /** Name of the pass. */
  readonly label: string;
  readonly off: boolean;
  /**
   * Settings and layers, e.g. ["bits 4", "rounding GPTQ", "not fc1"]: the slider that the pass begins with, and what is not the default.
   */
  readonly settings: readonly string[];
  /** Whether it stops without the user's samples, does less, or takes none. */
  readonly samples: 'needed' | 'used' | 'none';
}

/** Layers named at most. */
const NAMED = 4;

/** Each step in the page's words with the settings that differ from defaults, those that are off too. */
export function describeRecipe(recipe: Pick<Recipe, 'passes'>): StepWords[] {
  return recipe.passes.map((step) => {
    const meta = metaOf(step.id);
    return {
      label: meta?.label ?? step.id,
      off: step.off === true,
      settings: [...settingsOf(step), ...layersOf(step)],
      samples: !usesSamples(step) ? 'none' : meta?.doesWithoutSamples === true ? 'used' : 'needed',
    };
  });
}

function settingsOf(step: RecipeStep): string[] {
  const meta = metaOf(step.id);
  if (!meta) return [];
  const options = effectiveOptions(meta, step);
  const [first] = meta.fields;
  return shownFields(meta, options).flatMap((field) => {
    const value = options[field.key];
    const said =
      value !== undefined && (value !== field.default || (field === first && field.type === 'number' && field.control === 'slider'));
    // One that has an alternative set is not in force.
    const replaced = (field.replaces ?? []).some((key) => options[key] !== undefined) && step.options?.[field.key] === undefined;
    return said && !replaced ? [`${lowerFirst(field.label)} ${valueWords(field, value)}`] : [];
  });
}

function valueWords(field: OptionField, value: OptionValue): string {
  if (field.type === 'choice') return field.choices.find((choice) => choice.value === value)?.label ?? String(value);
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (field.type === 'number' && typeof value === 'number') {
    if (field.display === 'percent') return `${Number((100 * value).toFixed(1))} %`;
    if (field.display === 'bytes') return formatBytes(value);
  }
  return String(value);
}

function layersOf({ layers, overrides = {} }: RecipeStep): string[] {
  const own = Object.keys(overrides).length;
  return [
    ...(layers?.include ? [`only ${names(layers.include)}`] : []),
    ...(layers?.exclude ? [`not ${names(layers.exclude)}`] : []),
    ...(own > 0 ? [`${counted(own, 'layer')} with settings of ${own === 1 ? 'its' : 'their'} own`] : []),
  ];
}

function names(all: readonly string[]): string {
  const rest = all.length - NAMED;
  return `${all.slice(0, NAMED).join(', ')}${rest > 0 ? ` and ${formatCount(rest)} more` : ''}`;
}

/** "Bits" within a sentence; a name of capitals stays. */
function lowerFirst(label: string): string {
  return /^[A-Z][a-z]/.test(label) ? `${label.charAt(0).toLowerCase()}${label.slice(1)}` : label;
}
