import { useEffect, useRef, useState, type ReactNode } from 'react';
import { useDocument } from '../state/document';
import { droppedFiles } from './dropped-files';
import { addSamples, areSamples, attempt, namesOf, offer, openFiles } from './open';
import './styles/drop.css';

/** The whole window takes dropped files. Over an open model, samples are added to it, and another model asks before it takes its place. */
export function DropZone({ children }: { readonly children: ReactNode }) {
  const [dragged, setDragged] = useState(false);
  // Enter and leave fire for every element crossed, so they are counted.
  const depth = useRef(0);

  useEffect(() => {
    const carriesFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;
    const enter = (event: DragEvent): void => {
      if (!carriesFiles(event)) return;
      depth.current += 1;
      setDragged(true);
    };
    const leave = (): void => {
      depth.current = Math.max(0, depth.current - 1);
      if (depth.current === 0) setDragged(false);
    };
    const over = (event: DragEvent): void => {
      if (carriesFiles(event)) event.preventDefault();
    };
    const drop = (event: DragEvent): void => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      depth.current = 0;
      setDragged(false);
      if (event.dataTransfer) attempt(take(event.dataTransfer));
    };
    const take = async (transfer: DataTransfer): Promise<void> => {
      const files = await droppedFiles(transfer);
      if (files.length === 0) return;
      if (useDocument.getState().opened !== null && areSamples(files)) addSamples(files);
      else offer(namesOf(files), () => openFiles(files), 'always');
    };
    const stop = new AbortController();
    const { signal } = stop;
    window.addEventListener('dragenter', enter, { signal });
    window.addEventListener('dragleave', leave, { signal });
    window.addEventListener('dragover', over, { signal });
    window.addEventListener('drop', drop, { signal });
    return () => stop.abort();
  }, []);

  return (
    <div className="drop-zone" data-dragged={dragged || undefined}>
      {children}
      {dragged && <p className="drop-hint">Release to open</p>}
    </div>
  );
}
