import { AlertDialog } from 'radix-ui';
import type { NamedBlob } from '../../engine/protocol/index';
import { useDocument } from '../../state/document';
import { openFiles } from '../open';
import '../styles/dialog.css';

/** Asks before a dropped model takes the open one's place. */
export function ReplaceDialog({ files, onClose }: { readonly files: readonly NamedBlob[] | null; readonly onClose: () => void }) {
  const open = useDocument((state) => state.opened?.summary.name ?? 'The open model');
  return (
    <AlertDialog.Root open={files !== null} onOpenChange={(shown) => !shown && onClose()}>
      <AlertDialog.Portal>
        <AlertDialog.Overlay className="overlay" />
        <AlertDialog.Content className="dialog">
          <AlertDialog.Title asChild>
            <h2>Replace {open}?</h2>
          </AlertDialog.Title>
          <AlertDialog.Description>
            {files?.map((file) => file.path).join(', ')} takes its place. The recipe stays on the sliders; a result that was not downloaded is lost.
          </AlertDialog.Description>
          <div className="dialog-actions">
            <AlertDialog.Cancel className="button">Keep {open}</AlertDialog.Cancel>
            <AlertDialog.Action className="button primary" onClick={() => files && openFiles(files)}>
              Replace
            </AlertDialog.Action>
          </div>
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
