import { BarChart3, List, Scale, SlidersHorizontal } from 'lucide-react';
import { lazy, Suspense, useEffect } from 'react';
import { tinykeys } from 'tinykeys';
import { useDocument } from '../../state/document';
import { useResults } from '../../state/results';
import { useView, type Tab } from '../../state/view';
import { keyBindings } from '../commands';
import { Inspector } from '../inspector/inspector';
import { Layers } from '../layers/layers';
import { ErrorNotice } from '../parts/notice';
import { ShortcutsDialog } from '../parts/shortcuts-dialog';
import { RecipePanel } from '../recipe/recipe-panel';
import { Scoreboard } from '../scoreboard/scoreboard';
import { DeviceLost } from './device-lost';
import { TopBar } from './top-bar';
import '../styles/workbench.css';

const Compare = lazy(() => import('../compare/compare'));

const TABS: readonly { readonly tab: Tab | 'compare'; readonly label: string; readonly Icon: typeof List }[] = [
  { tab: 'recipe', label: 'Recipe', Icon: SlidersHorizontal },
  { tab: 'layers', label: 'Layers', Icon: List },
  { tab: 'weights', label: 'Weights', Icon: BarChart3 },
  { tab: 'compare', label: 'Compare', Icon: Scale },
];

/** The open model: scores above, recipe, layers and the selected layer below. Narrow windows show one of them at a time. */
export default function Workbench() {
  const { page, tab } = useView();
  const name = useDocument((state) => state.opened?.summary.name ?? '');

  useEffect(() => tinykeys(window, keyBindings()), []);

  useEffect(() => {
    document.title = `${name} – Whittle`;
    return () => {
      document.title = 'Whittle';
    };
  }, [name]);

  useEffect(() => {
    const warn = (event: BeforeUnloadEvent): void => {
      const { exported, saved } = useResults.getState();
      if (exported && !saved) event.preventDefault();
    };
    window.addEventListener('beforeunload', warn);
    return () => window.removeEventListener('beforeunload', warn);
  }, []);

  return (
    <div className="workbench" data-page={page} data-tab={tab}>
      <TopBar />
      <DeviceLost />
      <ErrorNotice places={['open', 'run', 'recipe', 'data']} />
      <Scoreboard />
      <main className="columns">
        {page === 'compare' ? (
          <Suspense fallback={<p className="empty quiet">Loading the charts</p>}>
            <Compare />
          </Suspense>
        ) : (
          <>
            <RecipePanel />
            <Layers />
            <Inspector />
          </>
        )}
      </main>
      <nav className="tabs" aria-label="Panels">
        {TABS.map(({ tab: key, label, Icon }) => (
          <button
            key={key}
            type="button"
            aria-current={(page === 'compare' ? key === 'compare' : key === tab) ? 'page' : undefined}
            onClick={() => useView.setState(key === 'compare' ? { page: key } : { tab: key, page: 'workbench' })}
          >
            <Icon size={18} aria-hidden />
            {label}
          </button>
        ))}
      </nav>
      <ShortcutsDialog />
    </div>
  );
}
