/** Opening from a click or a drop: the error is already shown in its place by the job, so nothing is thrown on. */
import { openAndCheck } from '../state/actions';

export function openFiles(files: readonly File[]): void {
  attempt(openAndCheck(files));
}

/** Lets an action run whose failure is shown by the job that ran it. */
export function attempt(action: Promise<unknown>): void {
  action.catch(() => {});
}

/** Asks for files with the system's dialog. */
export function pickFiles({ folder = false }: { readonly folder?: boolean } = {}): Promise<File[]> {
  return new Promise((resolve) => {
    const input = document.createElement('input');
    input.type = 'file';
    input.multiple = true;
    input.webkitdirectory = folder;
    input.addEventListener('change', () => resolve([...(input.files ?? [])]), { once: true });
    input.addEventListener('cancel', () => resolve([]), { once: true });
    input.click();
  });
}

export async function pickAndOpen(): Promise<void> {
  const files = await pickFiles();
  if (files.length > 0) openFiles(files);
}
