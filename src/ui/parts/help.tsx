import { CircleHelp } from 'lucide-react';
import { Popover } from 'radix-ui';
import type { ReactNode } from 'react';
import { entryOf, type TermId } from '../glossary';
import '../styles/help.css';

const NONE: readonly TermId[] = [];

interface HelpProps {
  /** What is explained: the button's name is "About" it. */
  readonly about: string;
  readonly terms?: readonly TermId[];
  /** Sentences that belong to this place rather than to the glossary. */
  readonly children?: ReactNode;
  /** What is pressed, underlined; a question mark where nothing is given. */
  readonly trigger?: ReactNode;
}

/** Explains words where they stand, to whoever presses them: by pointer, by touch or by keys. Escape leads back. */
export function Help({ about, terms = NONE, children, trigger }: HelpProps) {
  return (
    <Popover.Root>
      <Popover.Trigger
        type="button"
        className={trigger === undefined ? 'help-mark' : 'help-word'}
        aria-label={`About ${about}`}
        data-terms={terms.join(' ')}
      >
        {trigger ?? <CircleHelp size={13} aria-hidden />}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="help-card" aria-label={about} sideOffset={4} collisionPadding={8} align="start">
          {/* Takes the focus, so that keys scroll what is long. */}
          {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
          <div className="help-text" tabIndex={0}>
            {children !== undefined && children !== false && <div className="help-own">{children}</div>}
            {terms.length > 0 && (
              <dl>
                {terms.map(entryOf).map(({ term, means, reading }) => (
                  <div key={term}>
                    <dt>{term}</dt>
                    <dd>{means}</dd>
                    <dd className="quiet">{reading}</dd>
                  </div>
                ))}
              </dl>
            )}
          </div>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
