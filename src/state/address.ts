/**
 * The page's address, which is read and written here alone: `#PAGE/r=RECIPE`. The first page and the default recipe are left out, so that a
 * recipe's link is `#r=RECIPE`. Pages are entries of the browser's history; the recipe is written into the entry that is shown, for a
 * reload to find, and is no entry of its own: undo goes back in it.
 */
import { toPlainError, WhittleError } from '../base/errors';
import { defaultRecipe } from '../recipe/defaults';
import type { Recipe } from '../recipe/types';
import { decodeRecipeLink, encodeRecipeLink, LINK_KEY } from '../recipe/link';
import { useDocument } from './document';
import { runQuietly } from './jobs';
import { setRecipe, useRecipe } from './recipe';
import { keepRecipe } from './unsaved';
import { useView, type Page } from './view';

/** Browsers bear a few address changes a second: the recipe is written once it rests. */
const REST_MS = 400;
/** Longer recipes are not kept in the address, which browsers keep in every history and show. */
const MOST_LETTERS = 2 ** 15;

const DEFAULT_LINK = encodeRecipeLink(defaultRecipe);
const PAGES: readonly Page[] = ['landing', 'workbench', 'data', 'compare', 'device'];
/** Some programs that hand on a link write its "=" as %3D. */
const ADDRESS = /^#(?:(workbench|data|compare|device)(?:\/|$))?(?:r(?:=|%3D)(.*))?$/is;

let resting: ReturnType<typeof setTimeout> | null = null;

/** Takes what the address says and keeps it true from now on: call once. */
export function followAddress(): void {
  const { page, link } = addressNow();
  if (link !== null) takeLink(link);
  keepRecipe();
  // A bad link stays in sight until the recipe is another.
  if (link === null || page !== null) replace('landing');
  else history.replaceState({ page: 'landing' }, '');
  useView.setState({ page: 'landing', reloaded: page !== null });
  window.addEventListener('popstate', ({ state }) => popped(state));
  useView.subscribe(({ page: shown }) => {
    if (shown !== pageOf(history.state)) history.pushState({ page: shown }, '', addressOf(shown));
  });
  useRecipe.subscribe(({ recipe }, previous) => {
    if (recipe === previous.recipe) return;
    if (resting !== null) clearTimeout(resting);
    resting = setTimeout(() => replace(useView.getState().page), REST_MS);
  });
}

/** Back, forward, or an address that the person wrote while the page was open. */
function popped(state: unknown): void {
  const { page, link } = addressNow();
  const own = pageOf(state);
  if (own === null && link !== null) takeLink(link);
  const wanted = own ?? page ?? useView.getState().page;
  // The model of an entry from before a reload is gone.
  const shown = useDocument.getState().opened === null ? 'landing' : wanted;
  replace(shown);
  useView.setState({ page: shown });
}

/** Puts a link's recipe on the sliders; a bad one is shown, and the recipe stays. */
function takeLink(link: string): void {
  try {
    setRecipe(decodeRecipeLink(link));
  } catch (thrown) {
    // Whatever it is: a link must not keep the page from being drawn.
    const { code, message, remedy } = toPlainError(thrown);
    useDocument.setState({ error: { where: 'recipe', error: { code, message: `The link’s recipe is not taken. ${message}`, remedy } } });
  }
}

function replace(page: Page): void {
  if (resting !== null) clearTimeout(resting);
  resting = null;
  history.replaceState({ page }, '', addressOf(page));
}

function addressNow(): { readonly page: Page | null; readonly link: string | null } {
  const [, page, link] = ADDRESS.exec(location.hash) ?? [];
  return { page: PAGES.find((one) => one === page?.toLowerCase()) ?? null, link: link ?? null };
}

/** Relative to the page's own: what stands before the hash is not touched. */
/** Whether the recipe is the one that every visit begins with, in effect. */
export function isDefaultRecipe(recipe: Recipe): boolean {
  return encodeRecipeLink(recipe) === DEFAULT_LINK;
}

function addressOf(page: Page): string {
  const { recipe } = useRecipe.getState();
  const link = encodeRecipeLink(recipe);
  const parts = [page === 'landing' ? '' : page, link === DEFAULT_LINK || link.length > MOST_LETTERS ? '' : `${LINK_KEY}${link}`].filter(
    Boolean,
  );
  return parts.length > 0 ? `#${parts.join('/')}` : `${location.pathname}${location.search}`;
}

/** The page of a history entry that this file made; null for others. */
function pageOf(state: unknown): Page | null {
  return PAGES.find((page) => typeof state === 'object' && state !== null && 'page' in state && state.page === page) ?? null;
}

/** This page's address with the present recipe in its fragment, which no server sees. */
export function recipeLink(): string {
  const url = new URL(location.href);
  url.hash = `${LINK_KEY}${encodeRecipeLink(useRecipe.getState().recipe)}`;
  return url.href;
}

/** Copies the recipe's link; where the browser does not allow it, that is shown. */
export async function copyRecipeLink(): Promise<void> {
  await runQuietly('recipe', async () => {
    const link = recipeLink();
    await navigator.clipboard.writeText(link).catch((cause: unknown) => {
      throw new WhittleError(
        'internal',
        `The browser did not let the page copy the link: ${toPlainError(cause).message}`,
        'Copy the address of this page instead: it carries the recipe too.',
        { cause },
      );
    });
    keepRecipe();
  });
}
