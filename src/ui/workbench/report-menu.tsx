import { FileText } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { saveReport } from '../../state/report';
import { attempt } from '../open';
import '../styles/dialog.css';

const REPORTS = [
  { kind: 'html', label: 'Save as a page that opens offline' },
  { kind: 'markdown', label: 'Save as Markdown' },
  { kind: 'json', label: 'Save as JSON' },
] as const;

/** What is known of the recipe, to hand on: a button of its own beside the download. */
export function ReportMenu() {
  return (
    <DropdownMenu.Root>
      <DropdownMenu.Trigger className="button report" aria-label="Report">
        <FileText size={14} aria-hidden /> <span>Report</span>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="end">
          <DropdownMenu.Label className="menu-note tiny quiet">The report is about the file: that is written first.</DropdownMenu.Label>
          {REPORTS.map(({ kind, label }) => (
            <DropdownMenu.Item key={kind} className="menu-item" onSelect={() => attempt(saveReport(kind))}>
              {label}
            </DropdownMenu.Item>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
