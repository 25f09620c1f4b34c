import { useEffect } from 'react';
import { tinykeys } from 'tinykeys';
import { keyBindings, type Command } from '../commands';

/** The commands answer their keys while the component is shown. `commands`: the same list as long as nothing changed. */
export function useKeys(commands: readonly Command[]): void {
  useEffect(() => tinykeys(window, keyBindings(commands)), [commands]);
}
