/** Recipes, links and cards, and their mutations. */
import { passMetas } from '../src/passes/metas';
import { defaultRecipe } from '../src/recipe/defaults';
import { encodeRecipeLink } from '../src/recipe/link';
import type { Recipe } from '../src/recipe/types';
import { mutatedBytes, type Dice } from './dice';

const ODD = [null, true, -1, 0, 1e308, NaN, '', '*', '*a*a*a*b', '__proto__', 'constructor', [], {}, [[]], { length: 3 }];

/** One to three passes in any order, as they are by default. */
export function recipeOf(dice: Dice): Recipe {
  const passes = Array.from({ length: 1 + dice.below(3) }, () => ({ id: dice.pick(passMetas)?.id ?? 'quantize-weights' }));
  return {
    version: 1,
    target: dice.chance(0.5) ? 'wasm' : 'webgpu',
    passes: passes.filter(({ id }, at) => passes.findIndex((other) => other.id === id) === at),
  };
}

/** A JSON value with one of its parts, at any depth, changed for another. */
function mutatedJson(value: unknown, dice: Dice): unknown {
  if (typeof value !== 'object' || value === null || dice.chance(0.15)) return dice.pick(ODD);
  const copy: unknown = Array.isArray(value) ? value.map((each: unknown) => each) : { ...value };
  const keys = Object.keys(value);
  const key = dice.chance(0.1) ? 'constructor' : (dice.pick(keys) ?? '0');
  const part: unknown = Reflect.get(value, key);
  Reflect.defineProperty(Object(copy), key, { value: mutatedJson(part, dice), enumerable: true, configurable: true, writable: true });
  return copy;
}

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** A recipe's JSON with changes of a reader's and a writer's mistakes. */
export function recipeText(dice: Dice): string {
  const base = dice.chance(0.5) ? defaultRecipe : recipeOf(dice);
  const text = JSON.stringify(dice.chance(0.7) ? mutatedJson(base, dice) : base) ?? '';
  return dice.chance(0.4) ? textOf(mutatedBytes(new TextEncoder().encode(text), dice)) : text;
}

/** A recipe's link with characters changed. */
export function recipeLink(dice: Dice): string {
  const link = encodeRecipeLink(dice.chance(0.5) ? defaultRecipe : recipeOf(dice));
  const extra = dice.pick(['', '?constructor=1', '?bits.__proto__=4', '?exclude=*a*a*a*b', '?bits=1e999', '%', '?%E0%A4%A']);
  return textOf(mutatedBytes(new TextEncoder().encode(`${link}${extra}`), dice));
}

/** The card with one of its parts changed, as parsed: lists have no keys of their own but their places. */
export function changedCard(card: object, dice: Dice): unknown {
  return dice.chance(0.6) ? JSON.parse(JSON.stringify(mutatedJson(card, dice)) ?? 'null') : card;
}
