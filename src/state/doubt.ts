/**
 * Whether passes may learn from the samples. Pixels that are prepared wrongly teach them what is wrong: where the original's answers cannot
 * be told from chance, the person is asked first.
 */
import type { Chance, Evaluation, Recipe } from '../engine/protocol/index';
import { useDocument } from './document';
import { useRecipe } from './recipe';
import { useResults } from './results';

/** The original's hits, where they cannot be told from chance and the person did not say that they will do. */
export function useDoubt(): Chance | null {
  const chance = useResults((state) => state.evaluation?.chance ?? null);
  const trusted = useDocument((state) => state.data !== null && state.trusted === state.data);
  return trusted ? null : doubtOf(chance);
}

/** Lets passes learn from the samples in use. */
export function trustSamples(): void {
  useDocument.setState(({ data }) => ({ trusted: data }));
}

/** Whether there are labels, and nothing was scored on them yet. */
export function isUnknown(): boolean {
  return useDocument.getState().data?.labelled === true && useResults.getState().evaluation === null;
}

/** Whether the samples were found to be good, or the person lets passes learn from them. */
export function isTrusted(): boolean {
  const { data, trusted } = useDocument.getState();
  return (data !== null && trusted === data) || doubtOf(useResults.getState().evaluation?.chance ?? null) === null;
}

/** The model as it was opened. */
export function unchanged(): Recipe {
  return { version: 1, target: useRecipe.getState().recipe.target, passes: [] };
}

/** Keeps what was found of the original where nothing else was scored meanwhile. */
export function keepOriginal(evaluation: Evaluation): void {
  useResults.setState((known) => (known.evaluation === null ? { evaluation } : {}));
}

function doubtOf(chance: Chance | null): Chance | null {
  return chance?.told === false ? chance : null;
}
