import { FolderOpen, Keyboard, Link2, Redo2, Undo2 } from 'lucide-react';
import { useState } from 'react';
import { useDocument } from '../../state/document';
import { useRecipe } from '../../state/recipe';
import { useView, type Page } from '../../state/view';
import { COMMANDS, titleOf } from '../commands';
import { formatLarge } from '../../base/format';
import { counted } from '../../base/plural';
import { Logo } from '../parts/logo';
import { Name } from '../parts/name';
import { ThemeMenu } from '../parts/theme-menu';
import { Badge } from './badge';
import { DownloadButton } from './download-button';
import { ReportMenu } from './report-menu';

const PAGES: readonly { readonly key: Page; readonly label: string }[] = [
  { key: 'workbench', label: 'Workbench' },
  { key: 'data', label: 'Data' },
  { key: 'compare', label: 'Compare' },
  { key: 'device', label: 'Device' },
];

export function TopBar() {
  const summary = useDocument((state) => state.opened?.summary);
  const layers = useDocument((state) => state.opened?.layers.length ?? 0);
  const page = useView((state) => state.page);
  if (!summary) return null;
  return (
    <header className="top-bar">
      <Logo />
      <h1 className="model-name">
        <Name>{summary.name}</Name>
      </h1>
      <span className="small quiet model-summary">
        {counted(layers, 'layer')}, {formatLarge(summary.params)} params, opset {summary.opset}
      </span>
      <Badge />
      <nav className="pages" aria-label="Pages">
        {PAGES.map(({ key, label }) => (
          <button key={key} type="button" aria-current={page === key ? 'page' : undefined} onClick={() => useView.setState({ page: key })}>
            {label}
          </button>
        ))}
      </nav>
      <span className="spacer" />
      <History />
      <CopyLink />
      <OpenAnother />
      <ThemeMenu />
      <Shortcuts />
      <ReportMenu />
      <DownloadButton />
    </header>
  );
}

function History() {
  const canUndo = useRecipe((state) => state.past.length > 0);
  const canRedo = useRecipe((state) => state.future.length > 0);
  return (
    <>
      <button type="button" className="button plain" disabled={!canUndo} title={titleOf(COMMANDS.undo)} aria-label="Undo" onClick={COMMANDS.undo.run}>
        <Undo2 size={16} aria-hidden />
      </button>
      <button type="button" className="button plain redo" disabled={!canRedo} title={titleOf(COMMANDS.redo)} aria-label="Redo" onClick={COMMANDS.redo.run}>
        <Redo2 size={16} aria-hidden />
      </button>
    </>
  );
}

function CopyLink() {
  const [copied, setCopied] = useState(false);
  return (
    <button
      type="button"
      className="button plain copy-link"
      aria-label="Copy recipe link"
      title={titleOf(COMMANDS.link)}
      onBlur={() => setCopied(false)}
      onClick={() => {
        COMMANDS.link.run();
        setCopied(true);
      }}
    >
      <Link2 size={14} aria-hidden /> <span>{copied ? 'Link copied' : 'Copy recipe link'}</span>
    </button>
  );
}

/** Another model by the system's dialog; dropping one does the same. */
function OpenAnother() {
  return (
    <button type="button" className="button plain open-another" aria-label="Open another model" title={titleOf(COMMANDS.open)} onClick={COMMANDS.open.run}>
      <FolderOpen size={16} aria-hidden /> <span>Open</span>
    </button>
  );
}

function Shortcuts() {
  return (
    <button type="button" className="button plain shortcuts" aria-label="Shortcuts" title={titleOf(COMMANDS.help)} onClick={COMMANDS.help.run}>
      <Keyboard size={16} aria-hidden />
    </button>
  );
}
