/** What results of earlier fits take on this disk. */
import { create } from 'zustand';
import type { ArtifactUsage } from '../engine/protocol/index';
import { theEngine } from './engine';

/** null until the engine has told. */
export const useStored = create<{ readonly usage: ArtifactUsage | null }>(() => ({ usage: null }));

/** Asks how much is stored. */
export async function learnStored(): Promise<void> {
  await ask(false);
}

/** Removes all of it; what is fitted next is made again. */
export async function clearStored(): Promise<void> {
  await ask(true);
}

async function ask(clear: boolean): Promise<void> {
  const engine = await theEngine();
  useStored.setState({ usage: await engine.storedResults({ signal: new AbortController().signal }, clear) });
}
