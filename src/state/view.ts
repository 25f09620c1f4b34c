/** What the page shows and how: kept between visits where it is the person's taste (theme), forgotten where it is the model's. */
import { create } from 'zustand';
import { persist } from 'zustand/middleware';

export type Theme = 'system' | 'light' | 'dark';
export type Page = 'landing' | ModelPage;
/** Pages of an open model. */
export type ModelPage = 'workbench' | 'data' | 'compare' | 'device';
/** Panel of the workbench that a narrow window shows. */
export type Tab = 'recipe' | 'layers' | 'weights';
export type SortKey = 'order' | 'id' | 'op' | 'params' | 'bits' | 'sparsity' | 'sqnrDb' | 'bytesBefore' | 'bytesAfter';

interface ViewState {
  readonly layer: string | null;
  /** Output channel shown in the histogram; null: all. */
  readonly channel: number | null;
  readonly sort: { readonly key: SortKey; readonly descending: boolean };
  readonly filter: string;
  /** The first page is also shown over an open model, which stays open. */
  readonly page: Page;
  /** The address named a page of a model when it was loaded: one that was open is gone. */
  readonly reloaded: boolean;
  /** What stands in the middle of the workbench. */
  readonly layerView: 'table' | 'sensitivity';
  readonly tab: Tab;
  readonly shortcutsOpen: boolean;
  /** The notice about a page without isolation was dismissed. */
  readonly isolationRead: boolean;
}

export const useView = create<ViewState>(() => ({
  layer: null,
  channel: null,
  sort: { key: 'order', descending: false },
  filter: '',
  page: 'landing',
  reloaded: false,
  layerView: 'table',
  tab: 'layers',
  shortcutsOpen: false,
  isolationRead: false,
}));

/** Leaves the first page for the open model; another page of it stays. */
export function showModel(): void {
  useView.setState(({ page }) => ({ page: page === 'landing' ? 'workbench' : page, reloaded: false }));
}

/** @param layer its id; null: none. All channels are shown at first. */
export function selectLayer(layer: string | null): void {
  useView.setState({ layer, channel: null });
}

/** Sorts by a column; the same column again turns the order round. */
export function sortBy(key: SortKey): void {
  useView.setState(({ sort }) => ({
    sort: { key, descending: sort.key === key ? !sort.descending : key !== 'order' && key !== 'id' && key !== 'op' },
  }));
}

interface Taste {
  readonly theme: Theme;
  readonly singleKeys: boolean;
}

const DEFAULT_TASTE: Taste = { theme: 'system', singleKeys: true };

export const useTaste = create<Taste>()(persist(() => DEFAULT_TASTE, { name: 'whittle', version: 1 }));

function applyTheme({ theme }: Taste): void {
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}

/** Puts the theme on the document, now and whenever it changes. The same rule runs inline in index.html before the first paint. */
export function followTheme(): void {
  applyTheme(useTaste.getState());
  useTaste.subscribe(applyTheme);
}
