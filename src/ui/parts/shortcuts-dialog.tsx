import { Dialog } from 'radix-ui';
import { useTaste, useView } from '../../state/view';
import { COMMANDS, keyNames, type Command } from '../commands';
import { GLOSSARY } from '../glossary';
import { NoticesLink } from './notices-link';
import { Toggle } from './toggle';
import '../styles/dialog.css';

const MORE: readonly (readonly [string, string])[] = [
  ['1 to 9', 'Open a sample, on the first page'],
  ['Up, Down', 'Select a layer'],
  ['Alt+Up, Alt+Down', 'Move a pass'],
  ['Arrows, Shift+Arrows, Home, End', 'Move a slider'],
];

export function ShortcutsDialog() {
  const open = useView((state) => state.shortcutsOpen);
  const singleKeys = useTaste((state) => state.singleKeys);
  return (
    <Dialog.Root open={open} onOpenChange={(shown) => useView.setState({ shortcutsOpen: shown })}>
      <Dialog.Portal>
        <Dialog.Overlay className="overlay" />
        <Dialog.Content className="dialog" aria-describedby={undefined}>
          <Dialog.Title asChild>
            <h2>Shortcuts</h2>
          </Dialog.Title>
          <dl className="keys">
            {Object.values<Command>(COMMANDS).map(({ label, keys }) => (
              <Row key={label} label={label}>
                {keyNames(keys[0] ?? '').map((key) => (
                  <kbd key={key}>{key}</kbd>
                ))}
              </Row>
            ))}
            {MORE.map(([keys, label]) => (
              <Row key={label} label={label}>
                {keys}
              </Row>
            ))}
          </dl>
          <Toggle label="Single-key shortcuts" checked={singleKeys} onChange={(on) => useTaste.setState({ singleKeys: on })} />
          <details>
            <summary>Words used here</summary>
            <dl className="words small">
              {Object.values(GLOSSARY).map(({ term, means, reading }) => (
                <div key={term}>
                  <dt>{term}</dt>
                  <dd>
                    {means} <span className="quiet">{reading}</span>
                  </dd>
                </div>
              ))}
            </dl>
          </details>
          <div className="dialog-actions dialog-actions-apart">
            <NoticesLink />
            <Dialog.Close className="button">Close</Dialog.Close>
          </div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Row({ label, children }: { readonly label: string; readonly children: React.ReactNode }) {
  return (
    <>
      <dt className="small">{children}</dt>
      <dd>{label}</dd>
    </>
  );
}
