import { safeFileName } from '../base/file-name';

/** Hands a file to the person, as a download of the page. */
export function saveFile(name: string, blob: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = safeFileName(name);
  link.click();
  // The browser has taken its own hold of the blob by the next task.
  setTimeout(() => URL.revokeObjectURL(link.href));
}
