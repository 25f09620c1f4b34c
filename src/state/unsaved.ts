/** What would be lost with the page: a recipe that was edited, a file or figures that were not handed out; and a job that runs. */
import { create } from 'zustand';
import { defaultRecipe } from '../recipe/defaults';
import type { Recipe } from '../recipe/types';
import { useDocument } from './document';
import { useJobs } from './jobs';
import { useRecipe } from './recipe';
import { isFresh, useResults } from './results';

type Results = ReturnType<typeof useResults.getState>;

/** Results that cost the person time; the rest follows the sliders by itself. */
const COSTLY = [
  'exported',
  'measurement',
  'sensitivity',
  'throughput',
  'profile',
  'forms',
  'sizes',
] as const satisfies readonly (keyof Results)[];

/** What the person has outside the page: the recipe, by its link or file, and the results as of the last download or report. */
export const useKept = create<{ readonly recipe: Recipe; readonly results: Results | null }>(() => ({
  recipe: defaultRecipe,
  results: null,
}));

/** The recipe on the sliders is the address's, or its link was copied. */
export function keepRecipe(): void {
  useKept.setState({ recipe: useRecipe.getState().recipe });
}

/** The file or the report was handed out. */
export function keepAll(): void {
  useKept.setState({ recipe: useRecipe.getState().recipe, results: useResults.getState() });
}

/** Whether results would be lost with the open model. The recipe would not: it stays on the sliders. */
export function hasUnsavedResults(): boolean {
  const [results, kept] = [useResults.getState(), useKept.getState().results];
  return COSTLY.some((key) => results[key] !== null && results[key] !== kept?.[key]);
}

/** Whether leaving would lose work. */
export function isUnsaved(): boolean {
  if (useJobs.getState().running) return true;
  if (!useDocument.getState().opened) return false;
  return hasUnsavedResults() || !isFresh(useKept.getState(), useRecipe.getState().recipe);
}

function ask(event: Event): void {
  event.preventDefault();
}

/**
 * Lets the browser ask before it leaves, as long as work would be lost: a page that always listened could not be kept for going back. Call
 * once.
 */
export function askBeforeLeaving(): void {
  let asks = false;
  const look = (): void => {
    if (isUnsaved() === asks) return;
    asks = !asks;
    if (asks) window.addEventListener('beforeunload', ask);
    else window.removeEventListener('beforeunload', ask);
  };
  for (const store of [useJobs, useDocument, useResults, useRecipe, useKept]) store.subscribe(look);
}
