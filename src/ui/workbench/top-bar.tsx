import { Download, FileText, FileUp, Keyboard, Link2, Moon, Redo2, Sun, SunMoon, Undo2 } from 'lucide-react';
import { useState } from 'react';
import { DropdownMenu } from 'radix-ui';
import { useDocument } from '../../state/document';
import { useJobs } from '../../state/jobs';
import { useRecipe } from '../../state/recipe';
import { isFresh, useResults } from '../../state/results';
import { useTaste, useView, type Page, type Theme } from '../../state/view';
import { saveReport } from '../../state/report';
import { COMMANDS, keyNames, type Command } from '../commands';
import { formatBytes, formatLarge } from '../../base/format';
import { attempt } from '../open';
import { Logo } from '../parts/logo';
import { Badge } from './badge';
import '../styles/dialog.css';

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
      <Menu />
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
      className="button copy-link"
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

const THEMES: readonly { readonly theme: Theme; readonly label: string; readonly Icon: typeof Sun }[] = [
  { theme: 'system', label: 'System theme', Icon: SunMoon },
  { theme: 'light', label: 'Light', Icon: Sun },
  { theme: 'dark', label: 'Dark', Icon: Moon },
];

const REPORTS = [
  { kind: 'html', label: 'Save report, a page that opens offline' },
  { kind: 'markdown', label: 'Save report as Markdown' },
  { kind: 'json', label: 'Save report as JSON' },
] as const;

function Menu() {
  const theme = useTaste((state) => state.theme);
  const Icon = THEMES.find((choice) => choice.theme === theme)?.Icon ?? SunMoon;
  return (
    <DropdownMenu.Root>
      <DropdownMenu.Trigger className="button plain" aria-label="Menu" title="Menu">
        <Icon size={16} aria-hidden />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="end">
          <DropdownMenu.RadioGroup value={theme} onValueChange={(next) => useTaste.setState({ theme: THEMES.find((choice) => choice.theme === next)?.theme ?? 'system' })}>
            {THEMES.map(({ theme: value, label, Icon: ThemeIcon }) => (
              <DropdownMenu.RadioItem key={value} value={value} className="menu-item">
                <ThemeIcon size={14} aria-hidden /> {label}
                {value === theme && <span className="quiet"> on</span>}
              </DropdownMenu.RadioItem>
            ))}
          </DropdownMenu.RadioGroup>
          <DropdownMenu.Item className="menu-item" onSelect={COMMANDS.open.run}>
            <FileUp size={14} aria-hidden /> Open another model
          </DropdownMenu.Item>
          {REPORTS.map(({ kind, label }) => (
            <DropdownMenu.Item key={kind} className="menu-item" onSelect={() => attempt(saveReport(kind))}>
              <FileText size={14} aria-hidden /> {label}
            </DropdownMenu.Item>
          ))}
          <DropdownMenu.Item className="menu-item" onSelect={COMMANDS.help.run}>
            <Keyboard size={14} aria-hidden /> Shortcuts
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
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
