import { BarChart3, Cpu, Images, List, Scale, SlidersHorizontal } from 'lucide-react';
import { lazy, Suspense, useEffect } from 'react';
import { useDocument } from '../../state/document';
import { useView, type ModelPage, type Tab } from '../../state/view';
import { COMMANDS } from '../commands';
import { Inspector } from '../inspector/inspector';
import { Layers } from '../layers/layers';
import { IsolationNotice } from '../parts/isolation-notice';
import { ErrorNotice } from '../parts/notice';
import { useKeys } from '../parts/use-keys';
import { RecipePanel } from '../recipe/recipe-panel';
import { Scoreboard } from '../scoreboard/scoreboard';
import { DeviceLost } from './device-lost';
import { DoubtDialog, DoubtNotice } from './doubt';
import { PAGE_NAMES, TopBar } from './top-bar';
import '../styles/workbench.css';

const PAGES = {
  data: lazy(() => import('../data/data')),
  compare: lazy(() => import('../compare/compare')),
  device: lazy(() => import('../device/device')),
};

/** What a narrow window shows one at a time: panels of the workbench, then pages. */
const TABS: readonly {
  readonly to: { readonly page: 'workbench'; readonly tab: Tab } | { readonly page: Exclude<ModelPage, 'workbench'> };
  readonly label: string;
  readonly Icon: typeof List;
}[] = [
  { to: { page: 'workbench', tab: 'recipe' }, label: 'Recipe', Icon: SlidersHorizontal },
  { to: { page: 'workbench', tab: 'layers' }, label: 'Layers', Icon: List },
  { to: { page: 'workbench', tab: 'weights' }, label: 'Weights', Icon: BarChart3 },
  { to: { page: 'data' }, label: 'Data', Icon: Images },
  { to: { page: 'compare' }, label: 'Compare', Icon: Scale },
  { to: { page: 'device' }, label: 'Device', Icon: Cpu },
];

const ALL_COMMANDS = Object.values(COMMANDS);

/** The open model: scores above, recipe, layers and the selected layer below. Narrow windows show one of them at a time. */
export default function Workbench({ page }: { readonly page: ModelPage }) {
  const tab = useView((state) => state.tab);
  const name = useDocument((state) => state.opened?.summary.name ?? '');

  useKeys(ALL_COMMANDS);

  useEffect(() => {
    document.title = `${page === 'workbench' ? '' : `${PAGE_NAMES[page]}, `}${name} – Whittle`;
    return () => {
      document.title = 'Whittle';
    };
  }, [name, page]);

  return (
    <div className="workbench" data-page={page} data-tab={tab}>
      <TopBar />
      <DeviceLost />
      <IsolationNotice />
      <ErrorNotice places={['open', 'run', 'recipe', 'data']} />
      <DoubtNotice />
      <Scoreboard />
      <main className="columns">
        {page === 'workbench' ? (
          <>
            <RecipePanel />
            <Layers />
            <Inspector />
          </>
        ) : (
          <Suspense fallback={<p className="empty quiet">Loading the page</p>}>
            <Panels page={page} />
          </Suspense>
        )}
      </main>
      <nav className="tabs" aria-label="Panels">
        {TABS.map(({ to, label, Icon }) => (
          <button
            key={label}
            type="button"
            aria-current={to.page === page && (to.page !== 'workbench' || to.tab === tab) ? 'page' : undefined}
            onClick={() => useView.setState(to)}
          >
            <Icon size={18} aria-hidden />
            {label}
          </button>
        ))}
      </nav>
      <DoubtDialog />
    </div>
  );
}

function Panels({ page }: { readonly page: Exclude<ModelPage, 'workbench'> }) {
  const Shown = PAGES[page];
  return <Shown />;
}
