/** Every command once: its keys feed the hotkeys, the buttons' titles and the list under "?". */
import { download } from '../state/actions';
import { copyRecipeLink } from '../state/address';
import { cancelJob } from '../state/jobs';
import { redo, undo } from '../state/recipe';
import { askingFirst } from '../state/trust';
import { useTaste, useView } from '../state/view';
import { attempt, pickAndOpen } from './open';

export interface Command {
  readonly label: string;
  /** tinykeys form; single letters are off while typing, and when the person turned them off. */
  readonly keys: readonly string[];
  readonly run: () => void;
}

export const COMMANDS = {
  open: { label: 'Open a model', keys: ['o', '$mod+o'], run: () => void pickAndOpen() },
  undo: { label: 'Undo', keys: ['$mod+z'], run: undo },
  redo: { label: 'Redo', keys: ['$mod+Shift+z', '$mod+y'], run: redo },
  compare: {
    label: 'Workbench or Compare',
    keys: ['c'],
    run: () => useView.setState(({ page }) => ({ page: page === 'compare' ? 'workbench' : 'compare' })),
  },
  download: { label: 'Download the result', keys: ['d'], run: () => attempt(askingFirst('as the recipe', download)) },
  link: { label: 'Copy recipe link', keys: ['l'], run: () => void copyRecipeLink() },
  filter: { label: 'Search layers', keys: ['/'], run: () => document.getElementById('layer-filter')?.focus() },
  panels: { label: 'Next panel', keys: ['F6'], run: () => focusPanel(1) },
  panelsBack: { label: 'Previous panel', keys: ['Shift+F6'], run: () => focusPanel(-1) },
  cancel: { label: 'Cancel the running job', keys: ['Escape'], run: cancelJob },
  help: { label: 'All shortcuts', keys: ['?', 'Shift+?'], run: () => useView.setState({ shortcutsOpen: true }) },
} satisfies Readonly<Record<string, Command>>;

/** Those that need no open model. */
export const LANDING_COMMANDS: readonly Command[] = [COMMANDS.open, COMMANDS.cancel, COMMANDS.help];

/** tinykeys bindings of the commands, with the rules for single keys applied. */
export function keyBindings(commands: readonly Command[]): Record<string, (event: KeyboardEvent) => void> {
  const bindings: Record<string, (event: KeyboardEvent) => void> = {};
  for (const { keys, run } of commands) {
    for (const key of keys) {
      bindings[key] = (event) => {
        // A menu, dialog or help that the key closed has had its use of it.
        if (event.defaultPrevented) return;
        if (isSingle(key) && (isTyping(event) || !useTaste.getState().singleKeys)) return;
        if (key.toLowerCase().includes('z') && isTyping(event)) return;
        if (key !== 'Escape') event.preventDefault();
        run();
      };
    }
  }
  return bindings;
}

/** "?" is typed with Shift on most layouts, without on some. */
function isSingle(key: string): boolean {
  return key.length === 1 || key === 'Shift+?';
}

/** Where letters are text, or choose from a list or menu, they are no commands; nor are they behind an open dialog. */
const TAKES_LETTERS = 'input:not([type=range], [type=checkbox]), textarea, select, [role=dialog], [role=alertdialog], [role=menu]';

function isTyping({ target }: KeyboardEvent): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.closest(TAKES_LETTERS) !== null);
}

/** Moves the focus to the next panel that is shown. */
function focusPanel(by: number): void {
  const panels = [...document.querySelectorAll<HTMLElement>('[data-panel]')].filter((panel) => panel.offsetParent !== null);
  const at = panels.findIndex((panel) => panel.contains(document.activeElement));
  panels.at((at + by + panels.length) % panels.length)?.focus();
}

const NAMES: Readonly<Record<string, string>> = { $mod: /Mac/.test(navigator.userAgent) ? '⌘' : 'Ctrl', Escape: 'Esc' };

/** Keys as a person reads them: ["Ctrl", "Z"]. */
export function keyNames(keys: string): string[] {
  return keys.split('+').map((key) => NAMES[key] ?? (key.length === 1 ? key.toUpperCase() : key));
}

/** A button's title: what it does and the first of its keys. */
export function titleOf({ label, keys }: Command): string {
  return `${label} (${keyNames(keys[0] ?? '').join('+')})`;
}
