import { formatCount } from '../base/format';
import { WhittleError } from '../base/errors';
import { shown } from '../base/shown';
import { counted } from '../base/plural';
import type { Layer } from '../onnx/types';
import { metaOf, passMetas } from '../passes/metas';
import { isPlannedPass } from '../passes/rules';
import type { Options } from '../passes/options';
import { checkOptions } from './options';
import type { LayerFilter, Recipe, RecipeStep } from './types';
import { DEFAULT_TARGET, isTarget, TARGET_IDS } from './targets';

/** The version this build reads and writes. */
export const RECIPE_VERSION = 1;

/** A recipe has a dozen passes; each is run, shown and kept in the history. */
const MOST_PASSES = 100;
/** Layers that one pass names in a list or with options of their own. */
const MOST_LAYERS = 50_000;

/**
 * Checks unknown JSON and returns it as a recipe, with the keys as given (defaults are not filled in).
 * @throws WhittleError `bad-recipe` that names the pass, the option, the value and what is allowed.
 */
export function parseRecipe(value: unknown): Recipe {
  const root = object(value, 'The recipe');
  onlyKeys(root, ['$schema', 'version', 'target', 'passes'], 'The recipe');
  if (root['version'] !== RECIPE_VERSION) {
    throw bad(
      `The recipe has version ${shown(root['version'])}; this build reads version ${RECIPE_VERSION}.`,
      'Save the recipe again with this version of Whittle.',
    );
  }
  const target = root['target'] ?? DEFAULT_TARGET;
  if (!isTarget(target)) throw bad(`The recipe's target is ${shown(target)}.`, `Use ${TARGET_IDS.map((id) => `"${id}"`).join(' or ')}.`);
  const passes = root['passes'];
  if (!Array.isArray(passes))
    throw bad(`The recipe's "passes" is ${shown(passes)}, not a list.`, 'Write "passes": [{"id": "quantize-weights"}], say.');
  if (passes.length > MOST_PASSES)
    throw bad(
      `The recipe has ${counted(passes.length, 'pass', 'passes')}; at most ${MOST_PASSES} are run.`,
      'Leave out those that repeat others.',
    );
  return { version: RECIPE_VERSION, target, passes: passes.map((step, i) => parseStep(step, i)) };
}

/** As `parseRecipe`, from the text of a recipe file. */
export function parseRecipeText(text: string): Recipe {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw bad(
      `The recipe is not JSON: ${cause instanceof Error ? cause.message : String(cause)}.`,
      'Check the file for a missing comma or bracket.',
    );
  }
  return parseRecipe(value);
}

/**
 * Checks that every per-layer override names a layer of this model.
 * @throws WhittleError `bad-recipe` that names the pass and the layer.
 */
export function checkLayerNames(recipe: Recipe, layers: readonly Layer[]): void {
  const known = new Set(layers.map((l) => l.id));
  for (const step of recipe.passes) {
    for (const id of Object.keys(step.overrides ?? {})) {
      if (known.has(id)) continue;
      throw bad(
        `Pass "${step.id}" overrides layer ${shown(id)}, which this model does not have.`,
        `Its layers are ${[...known].slice(0, 8).join(', ')}${known.size > 8 ? ', …' : ''}.`,
      );
    }
  }
}

function parseStep(value: unknown, index: number): RecipeStep {
  const where = `Pass ${index + 1} of the recipe`;
  const step = object(value, where);
  const id = step['id'];
  if (typeof id !== 'string') throw bad(`${where} has no id.`, `Its id is one of ${knownIds()}.`);
  const meta = metaOf(id);
  if (meta === undefined && isPlannedPass(id)) throw bad(`Pass "${id}" is not available yet in this version.`, `Use one of ${knownIds()}.`);
  if (meta === undefined) throw bad(`There is no pass ${shown(id)}.`, `Use one of ${knownIds()}.`);
  const name = `Pass "${id}"`;
  onlyKeys(step, ['id', 'options', 'layers', 'overrides', 'off'], name);
  const off = step['off'];
  if (off !== undefined && typeof off !== 'boolean') throw bad(`${name} has "off": ${shown(off)}.`, 'Use true or false.');
  return {
    id,
    ...(step['options'] === undefined ? {} : { options: checkOptions(meta, object(step['options'], `${name}, "options"`), name) }),
    ...(step['layers'] === undefined ? {} : { layers: parseFilter(step['layers'], name) }),
    ...(step['overrides'] === undefined ? {} : { overrides: parseOverrides(step['overrides'], id) }),
    ...(off === undefined ? {} : { off }),
  };
}

function parseFilter(value: unknown, name: string): LayerFilter {
  const filter = object(value, `${name}, "layers"`);
  onlyKeys(filter, ['include', 'exclude'], `${name}, "layers"`);
  const list = (key: 'include' | 'exclude'): Partial<Record<typeof key, string[]>> => {
    const names: unknown = filter[key];
    if (names === undefined) return {};
    if (!Array.isArray(names) || !names.every((n): n is string => typeof n === 'string')) {
      throw bad(`${name} has "layers.${key}": ${shown(names)}.`, 'Write a list of layer names or op types.');
    }
    fewLayers(names.length, `${name}, "layers.${key}",`);
    return { [key]: names };
  };
  return { ...list('include'), ...list('exclude') };
}

function parseOverrides(value: unknown, id: string): Record<string, Options> {
  const meta = metaOf(id);
  const overrides = object(value, `Pass "${id}", "overrides"`);
  fewLayers(Object.keys(overrides).length, `Pass "${id}", "overrides",`);
  return Object.fromEntries(
    Object.entries(overrides).map(([layer, options]) => {
      const name = `Pass "${id}", layer ${shown(layer)}`;
      const given = object(options, name);
      for (const key of Object.keys(given)) {
        if (meta?.layerFields.includes(key) === true) continue;
        const allowed = meta?.layerFields.join(', ') ?? '';
        throw bad(
          `${name}: option ${shown(key)} cannot be set for one layer.`,
          allowed === '' ? 'This pass takes no options per layer.' : `A layer may set ${allowed}.`,
        );
      }
      return [layer, meta === undefined ? {} : checkOptions(meta, given, name)];
    }),
  );
}

function object(value: unknown, where: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw bad(`${where} is ${shown(value)}, not an object.`, 'See recipe.schema.json for the form.');
  return Object.fromEntries(Object.entries(value));
}

function onlyKeys(value: Record<string, unknown>, keys: readonly string[], where: string): void {
  const unknown = Object.keys(value).find((key) => !keys.includes(key));
  if (unknown !== undefined)
    throw bad(`${where} has an unknown key ${shown(unknown)}.`, `It may have ${keys.filter((k) => k !== '$schema').join(', ')}.`);
}

function knownIds(): string {
  return passMetas.map((m) => m.id).join(', ');
}

function fewLayers(count: number, where: string): void {
  if (count > MOST_LAYERS)
    throw bad(
      `${where} names ${counted(count, 'layer')}; at most ${formatCount(MOST_LAYERS)} are read.`,
      'Name an op type, such as "Conv", instead of each of its layers.',
    );
}

function bad(message: string, remedy: string): WhittleError {
  return new WhittleError('bad-recipe', message, remedy);
}
