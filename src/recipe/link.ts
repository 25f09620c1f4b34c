import { WhittleError } from '../base/errors';
import { decimal } from '../base/number-text';
import { own } from '../base/own';
import { shown } from '../base/shown';
import { defaultsOf, type OptionField, type OptionValue } from '../passes/options';
import { metaOf } from '../passes/metas';
import { parseRecipe, RECIPE_VERSION } from './parse';
import type { Recipe, RecipeStep } from './types';

/** What stands before the link's text in the hash of a page's address. */
export const LINK_KEY = 'r=';

/** A link of the largest recipe that is read has a few hundred kilobytes; browsers stop at 2 MB. */
const MOST_LENGTH = 2 ** 20;

/**
 * The recipe as a short text for a URL's hash: version and target, then one part a pass, e.g.
 * `1/webgpu/fold-batchnorm/-prune-weights/quantize-weights?bits=4&exclude=conv1&bits.conv2=8`.
 * A leading "-" means switched off; `option.layer` is a per-layer override; options at their default are left out.
 */
export function encodeRecipeLink(recipe: Recipe): string {
  return [String(recipe.version), recipe.target, ...recipe.passes.map(encodeStep)].join('/');
}

/**
 * The inverse of `encodeRecipeLink`, checked like a recipe file.
 * @throws WhittleError `bad-recipe` where the link is too long, has another version, an unknown pass or a bad value.
 */
export function decodeRecipeLink(link: string): Recipe {
  if (link.length > MOST_LENGTH) {
    throw new WhittleError(
      'bad-recipe',
      `The recipe link has ${link.length} characters; at most ${MOST_LENGTH} are read.`,
      'Share such a recipe as a file.',
    );
  }
  const [version, target, ...steps] = link.replace(/^#/, '').split('/');
  if (version !== String(RECIPE_VERSION)) {
    throw new WhittleError(
      'bad-recipe',
      `The recipe link has version ${shown(version ?? '')}; this build reads version ${RECIPE_VERSION}.`,
      'Ask for the link again, made with this version of Whittle.',
    );
  }
  if (target === undefined)
    throw new WhittleError(
      'bad-recipe',
      'The recipe link ends after its version.',
      'It was cut on its way: ask for it again, or copy all of it.',
    );
  return parseRecipe({ version: RECIPE_VERSION, target, passes: steps.filter((s) => s !== '').map(decodeStep) });
}

function encodeStep(step: RecipeStep): string {
  const meta = metaOf(step.id);
  const defaults = meta === undefined ? {} : defaultsOf(meta);
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(step.options ?? {})) if (value !== own(defaults, key)) query.append(key, String(value));
  for (const name of step.layers?.include ?? []) query.append('include', name);
  for (const name of step.layers?.exclude ?? []) query.append('exclude', name);
  for (const [layer, options] of Object.entries(step.overrides ?? {})) {
    for (const [key, value] of Object.entries(options)) query.append(`${key}.${layer}`, String(value));
  }
  const text = query.toString();
  return `${step.off === true ? '-' : ''}${step.id}${text === '' ? '' : `?${text}`}`;
}

function decodeStep(part: string): Record<string, unknown> {
  const off = part.startsWith('-');
  const [id = '', query = ''] = part.slice(off ? 1 : 0).split('?');
  const fields = metaOf(id)?.fields ?? [];
  const options = new Map<string, OptionValue>();
  const overrides = new Map<string, Map<string, OptionValue>>();
  const params = new URLSearchParams(query);
  for (const [key, text] of params) {
    if (key === 'include' || key === 'exclude') continue;
    const dot = key.indexOf('.');
    const option = dot < 0 ? key : key.slice(0, dot);
    const value = decodeValue(
      fields.find((f) => f.key === option),
      text,
    );
    if (dot < 0) options.set(option, value);
    else layerIn(overrides, key.slice(dot + 1)).set(option, value);
  }
  const include = params.getAll('include');
  const exclude = params.getAll('exclude');
  return {
    id,
    ...(options.size > 0 ? { options: Object.fromEntries(options) } : {}),
    ...(include.length + exclude.length > 0
      ? { layers: { ...(include.length > 0 ? { include } : {}), ...(exclude.length > 0 ? { exclude } : {}) } }
      : {}),
    ...(overrides.size > 0
      ? { overrides: Object.fromEntries([...overrides].map(([layer, values]) => [layer, Object.fromEntries(values)])) }
      : {}),
    ...(off ? { off } : {}),
  };
}

function layerIn(overrides: Map<string, Map<string, OptionValue>>, layer: string): Map<string, OptionValue> {
  const known = overrides.get(layer) ?? new Map<string, OptionValue>();
  overrides.set(layer, known);
  return known;
}

/** The text as the field's own type; text that does not fit is passed on, so that the check names it. */
function decodeValue(field: OptionField | undefined, text: string): OptionValue {
  const isNumber = field?.type === 'number' || (field?.type === 'choice' && typeof field.default === 'number');
  if (isNumber) return decimal(text) ?? text;
  if (field?.type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text;
  return text;
}
