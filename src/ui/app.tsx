import { lazy, Suspense, useEffect, useRef } from 'react';
import { useDocument } from '../state/document';
import { useView } from '../state/view';
import { DropZone } from './drop';
import { Landing } from './landing/landing';
import { Announcer } from './parts/announcer';
import { ReplaceDialog } from './parts/replace-dialog';
import { ShortcutsDialog } from './parts/shortcuts-dialog';
import { useKeptFocus } from './parts/use-kept-focus';
import './styles/tokens.css';
import './styles/base.css';
import './styles/forced-colors.css';

const Workbench = lazy(() => import('./workbench/workbench'));

export function App() {
  const isOpen = useDocument((state) => state.opened !== null);
  const page = useView((state) => state.page);
  useKeptFocus();
  useFocusOnPage(page);
  return (
    <DropZone>
      {isOpen && page !== 'landing' ? (
        <Suspense fallback={<Landing />}>
          <Workbench page={page} />
        </Suspense>
      ) : (
        <Landing />
      )}
      <ReplaceDialog />
      <ShortcutsDialog />
      <Announcer />
    </DropZone>
  );
}

/** Where the control that had the focus went with its page, the new page's heading takes it: keys and screen readers go on from there. */
function useFocusOnPage(page: string): void {
  const before = useRef(page);
  useEffect(() => {
    if (before.current === page) return;
    before.current = page;
    if (document.activeElement === document.body) document.querySelector('h1')?.focus();
  }, [page]);
}
