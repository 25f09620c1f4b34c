import { Download, FolderOpen, Keyboard, Link2, Redo2, Undo2 } from 'lucide-react';
import { useState } from 'react';
import { useDocument } from '../../state/document';
import { useJobs } from '../../state/jobs';
import { useRecipe } from '../../state/recipe';
import { isFresh, useResults } from '../../state/results';
import { useView, type Page } from '../../state/view';
import { COMMANDS, keyNames, type Command } from '../commands';
import { formatBytes, formatLarge } from '../../base/format';
import { Logo } from '../parts/logo';
import { ThemeMenu } from '../parts/theme-menu';
import { Badge } from './badge';
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
      <h1 className="model-name" title={summary.name}>
        {summary.name}
      </h1>
      <span className="small quiet model-summary">
        {layers} layers, {formatLarge(summary.params)} params, opset {summary.opset}
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

function titleOf({ label, keys }: Command): string {
  return `${label} (${keyNames(keys[0] ?? '').join('+')})`;
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

function DownloadButton() {
  const { recipe } = useRecipe();
  const { exported, preview } = useResults();
  const busy = useJobs((state) => state.running !== null);
  const exact = isFresh(exported, recipe) ? (exported?.bytes ?? null) : null;
  const predicted = isFresh(preview, recipe) ? (preview?.predictedBytes ?? null) : null;
  const size = exact ?? predicted;
  return (
    <button type="button" className="button primary" disabled={busy} title={titleOf(COMMANDS.download)} onClick={COMMANDS.download.run}>
      <Download size={14} aria-hidden />
      <span>
        <span className="download-word">Download</span>
        <span className="download-type"> .onnx{size !== null && exact === null && ' about'}</span>
        {size !== null && ` ${formatBytes(size)}`}
      </span>
    </button>
  );
}
