import { FolderOpen, Keyboard, Link2, Redo2, Undo2 } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useDocument } from '../../state/document';
import { useRecipe } from '../../state/recipe';
import { useView, type ModelPage } from '../../state/view';
import { COMMANDS, titleOf } from '../commands';
import { formatLarge } from '../../base/format';
import { counted } from '../../base/plural';
import { LogoLink } from '../parts/logo';
import { Name } from '../parts/name';
import { ThemeMenu } from '../parts/theme-menu';
import { Badge } from './badge';
import { DownloadButton } from './download-button';
import { ReportMenu } from './report-menu';
import { Tip } from '../parts/tip';

export const PAGE_NAMES: Readonly<Record<ModelPage, string>> = {
  workbench: 'Workbench',
  data: 'Data',
  compare: 'Compare',
  device: 'Device',
};
const PAGES = ['workbench', 'data', 'compare', 'device'] as const;

export function TopBar() {
  const opened = useDocument((state) => state.opened);
  const page = useView((state) => state.page);
  const heading = useRef<HTMLHeadingElement>(null);
  // A model that has come is what is read next.
  useEffect(() => {
    if (opened) heading.current?.focus();
  }, [opened]);
  if (!opened) return null;
  const { summary, layers } = opened;
  return (
    <header className="top-bar">
      <LogoLink />
      <h1 ref={heading} tabIndex={-1} className="model-name">
        <Name>{summary.name}</Name>
      </h1>
      <span className="small quiet model-summary">
        {counted(layers.length, 'layer')}, {formatLarge(summary.params)} params, opset {summary.opset}
      </span>
      <Badge />
      <nav className="pages" aria-label="Pages">
        {PAGES.map((key) => (
          <button key={key} type="button" aria-current={page === key ? 'page' : undefined} onClick={() => useView.setState({ page: key })}>
            {PAGE_NAMES[key]}
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
      <Tip text={titleOf(COMMANDS.undo)}>
        <button type="button" className="button plain" disabled={!canUndo} aria-label="Undo" onClick={COMMANDS.undo.run}>
          <Undo2 size={16} aria-hidden />
        </button>
      </Tip>
      <Tip text={titleOf(COMMANDS.redo)}>
        <button type="button" className="button plain redo" disabled={!canRedo} aria-label="Redo" onClick={COMMANDS.redo.run}>
          <Redo2 size={16} aria-hidden />
        </button>
      </Tip>
    </>
  );
}

function CopyLink() {
  const [copied, setCopied] = useState(false);
  return (
    <Tip text={titleOf(COMMANDS.link)}>
      <button
        type="button"
        className="button plain copy-link"
        aria-label="Copy recipe link"
        onBlur={() => setCopied(false)}
        onClick={() => {
          COMMANDS.link.run();
          setCopied(true);
        }}
      >
        <Link2 size={14} aria-hidden /> <span>{copied ? 'Link copied' : 'Copy recipe link'}</span>
      </button>
    </Tip>
  );
}

/** Another model by the system's dialog; dropping one does the same. */
function OpenAnother() {
  return (
    <Tip text={titleOf(COMMANDS.open)}>
      <button type="button" className="button plain open-another" aria-label="Open another model" onClick={COMMANDS.open.run}>
        <FolderOpen size={16} aria-hidden /> <span>Open</span>
      </button>
    </Tip>
  );
}

function Shortcuts() {
  return (
    <Tip text={titleOf(COMMANDS.help)}>
      <button type="button" className="button plain shortcuts" aria-label="Shortcuts" onClick={COMMANDS.help.run}>
        <Keyboard size={16} aria-hidden />
      </button>
    </Tip>
  );
}
