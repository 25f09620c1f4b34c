/** Stands in for the part of a document that a download needs, and keeps what the page hands out. */
import { resolveObjectURL } from 'node:buffer';
import { vi } from 'vitest';

export interface Download {
  readonly name: string;
  readonly text: string;
  readonly url: string;
}

/** Puts it in place. What is handed out is read when it is clicked, as a browser does. */
export function catchDownloads(): Promise<Download>[] {
  const caught: Promise<Download>[] = [];
  vi.stubGlobal('document', {
    createElement: () => ({
      href: '',
      download: '',
      click(): void {
        const { href: url, download: name } = this;
        const blob = resolveObjectURL(url);
        caught.push(Promise.resolve(blob?.text() ?? '').then((text) => ({ name, text, url })));
      },
    }),
  });
  return caught;
}
