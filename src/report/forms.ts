import { reportHtml } from './html';
import { reportMarkdown } from './markdown';
import type { Report } from './types';

export type ReportKind = 'html' | 'markdown' | 'json';

interface Form {
  /** With its dot. */
  readonly ending: string;
  /** Media type. */
  readonly type: string;
  readonly write: (report: Report) => string;
}

export const FORMS: Readonly<Record<ReportKind, Form>> = {
  html: { ending: '.html', type: 'text/html', write: reportHtml },
  markdown: { ending: '.md', type: 'text/markdown', write: reportMarkdown },
  json: { ending: '.json', type: 'application/json', write: (report) => `${JSON.stringify(report, null, 2)}\n` },
};

/** The form that a file's name asks for: JSON unless it ends in .html or .md. */
export function kindOfName(name: string): ReportKind {
  const lower = name.toLowerCase();
  if (lower.endsWith(FORMS.html.ending)) return 'html';
  return lower.endsWith(FORMS.markdown.ending) ? 'markdown' : 'json';
}

/** "squeezenet1.1.onnx" as a report's file: "squeezenet1.1.report.html". */
export function reportName(model: string, kind: ReportKind): string {
  return `${model.replace(/\.onnx$/i, '')}.report${FORMS[kind].ending}`;
}
