import { AlertDialog } from 'radix-ui';
import { useDocument } from '../../state/document';
import { useReplacing } from '../open';
import '../styles/dialog.css';

/** Asks before another model takes the open one's place. */
export function ReplaceDialog() {
  const open = useDocument((state) => state.opened?.summary.name ?? 'The open model');
  const waiting = useReplacing((state) => state.waiting);
  return (
    <AlertDialog.Root open={waiting !== null} onOpenChange={(shown) => !shown && useReplacing.setState({ waiting: null })}>
      <AlertDialog.Portal>
        <AlertDialog.Overlay className="overlay" />
        <AlertDialog.Content className="dialog">
          <AlertDialog.Title asChild>
            <h2>Replace {open}?</h2>
          </AlertDialog.Title>
          <AlertDialog.Description>
            {waiting?.what} takes its place. The recipe stays on the sliders; a result that was not downloaded is lost.
          </AlertDialog.Description>
          <div className="dialog-actions">
            <AlertDialog.Cancel className="button">Keep {open}</AlertDialog.Cancel>
            <AlertDialog.Action className="button primary" onClick={waiting?.open}>
              Replace
            </AlertDialog.Action>
          </div>
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
