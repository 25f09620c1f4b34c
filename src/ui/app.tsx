import { lazy, Suspense } from 'react';
import { useDocument } from '../state/document';
import { DropZone } from './drop';
import { Landing } from './landing/landing';
import { Announcer } from './parts/announcer';
import { ShortcutsDialog } from './parts/shortcuts-dialog';
import './styles/tokens.css';
import './styles/base.css';
import './styles/forced-colors.css';

const Workbench = lazy(() => import('./workbench/workbench'));

export function App() {
  const isOpen = useDocument((state) => state.opened !== null);
  return (
    <DropZone>
      {isOpen ? (
        <Suspense fallback={<Landing />}>
          <Workbench />
        </Suspense>
      ) : (
        <Landing />
      )}
      <ShortcutsDialog />
      <Announcer />
    </DropZone>
  );
}
