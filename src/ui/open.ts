/** Opening from a click or a drop: the error is already shown in its place by the job, so nothing is thrown on. */
import { create } from 'zustand';
import type { NamedBlob } from '../engine/protocol/index';
import { named, openAndCheck } from '../state/actions';
import { addData } from '../state/data';
import { useDocument } from '../state/document';
import { hasUnsavedResults } from '../state/unsaved';
import { useView } from '../state/view';

interface Replacing {
  /** A model that waits for a yes, since another is open: what it is, and how to open it. */
  readonly waiting: { readonly what: string; readonly open: () => void } | null;
}

export const useReplacing = create<Replacing>(() => ({ waiting: null }));

/** Opens a model, after asking where results of the open one would be lost, or, as a drop is soon done, always where one is open. */
export function offer(what: string, open: () => void, ask: 'always' | 'where work is lost' = 'where work is lost'): void {
  const asks = useDocument.getState().opened !== null && (ask === 'always' || hasUnsavedResults());
  if (asks) useReplacing.setState({ waiting: { what, open } });
  else open();
}

/** Paths, as a question about them names them. */
export function namesOf(files: readonly NamedBlob[]): string {
  return files.map(({ path }) => path).join(', ');
}

/** Opens a model and then checks backends; a failure is shown by its job. */
export function openFiles(files: readonly NamedBlob[]): void {
  attempt(openAndCheck(files));
}

/** Whether what was dropped over an open model is for measuring it: a model brings its .onnx. */
export function areSamples(files: readonly NamedBlob[]): boolean {
  return !files.some(({ path }) => path.toLowerCase().endsWith('.onnx'));
}

/** Goes to the Data page, where samples are described, while they are read. */
export function addSamples(files: readonly NamedBlob[]): void {
  useView.setState({ page: 'data' });
  attempt(addData(files));
}

/** Lets an action run whose failure is shown by the job that ran it. */
export function attempt(action: Promise<unknown>): void {
  action.catch(() => {});
}

/** Asks for files with the system's dialog. */
export function pickFiles({ folder = false }: { readonly folder?: boolean } = {}): Promise<NamedBlob[]> {
  return new Promise((resolve) => {
    const input = document.createElement('input');
    input.type = 'file';
    input.multiple = true;
    input.webkitdirectory = folder;
    input.addEventListener('change', () => resolve(named([...(input.files ?? [])])), { once: true });
    input.addEventListener('cancel', () => resolve([]), { once: true });
    input.click();
  });
}

/** Asks before an open model is replaced. Nothing happens where the person picks nothing. */
export async function pickAndOpen(): Promise<void> {
  const files = await pickFiles();
  if (files.length > 0) offer(namesOf(files), () => openFiles(files));
}
