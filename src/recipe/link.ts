import { WhittleError } from '../base/errors';
import { defaultsOf, type OptionField, type OptionValue } from '../passes/options';
import { metaOf } from '../passes/metas';
import { parseRecipe, RECIPE_VERSION } from './parse';
import type { Recipe, RecipeStep } from './types';

/** What stands before the link's text in a page's address. */
export const LINK_KEY = '#r=';

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
 * @throws WhittleError `bad-recipe` where the link has another version, an unknown pass or a bad value.
 */
export function decodeRecipeLink(link: string): Recipe {
  const [version, target, ...steps] = link.replace(/^#/, '').split('/');
  if (version !== String(RECIPE_VERSION)) {
    throw new WhittleError('bad-recipe', `The recipe link has version "${version ?? ''}"; this build reads version ${RECIPE_VERSION}.`, 'Ask for the link again, made with this version of Whittle.');
  }
  return parseRecipe({ version: RECIPE_VERSION, target, passes: steps.filter((s) => s !== '').map(decodeStep) });
}

function encodeStep(step: RecipeStep): string {
  const meta = metaOf(step.id);
  const defaults = meta === undefined ? {} : defaultsOf(meta);
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(step.options ?? {})) if (value !== defaults[key]) query.append(key, String(value));
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
  const options: Record<string, OptionValue> = {};
  const overrides: Record<string, Record<string, OptionValue>> = {};
  const params = new URLSearchParams(query);
  for (const [key, text] of params) {
    if (key === 'include' || key === 'exclude') continue;
    const dot = key.indexOf('.');
    const option = dot < 0 ? key : key.slice(0, dot);
    const value = decodeValue(fields.find((f) => f.key === option), text);
    if (dot < 0) options[option] = value;
    else overrides[key.slice(dot + 1)] = { ...overrides[key.slice(dot + 1)], [option]: value };
  }
  const include = params.getAll('include');
  const exclude = params.getAll('exclude');
  return {
    id,
    ...(Object.keys(options).length > 0 ? { options } : {}),
    ...(include.length + exclude.length > 0
      ? { layers: { ...(include.length > 0 ? { include } : {}), ...(exclude.length > 0 ? { exclude } : {}) } }
      : {}),
    ...(Object.keys(overrides).length > 0 ? { overrides } : {}),
    ...(off ? { off } : {}),
  };
}

/** The text as the field's own type; text that does not fit is passed on, so that the check names it. */
function decodeValue(field: OptionField | undefined, text: string): OptionValue {
  const isNumber = field?.type === 'number' || (field?.type === 'choice' && typeof field.default === 'number');
  if (isNumber) return text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text);
  if (field?.type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text;
  return text;
}
