/** Asks the person before something learns from samples that look as if they were prepared wrongly. */
import { create } from 'zustand';
import type { Evaluation } from '../engine/protocol/index';
import { usesSamples } from '../recipe/steps';
import { useDocument } from './document';
import { isTrusted, isUnknown, keepOriginal, trustSamples, unchanged } from './doubt';
import { theEngine } from './engine';
import { runJob } from './jobs';
import { stopFollowing } from './pipeline';
import { useRecipe } from './recipe';

type TrustAnswer = 'go on' | 'leave';

interface TrustState {
  /** Asked before an action goes on; null where nothing is. */
  readonly question: { readonly answer: (given: TrustAnswer) => void } | null;
}

export const useTrust = create<TrustState>(() => ({ question: null }));

/** Whether an action learns from samples: never, always, or where the recipe on the sliders has a pass that does. */
export type Learns = boolean | 'as the recipe';

/** Runs an action that may learn from the samples, after a question where they are doubtful; resolves to null where the answer is no. */
export async function askingFirst<T>(learns: Learns, action: () => Promise<T>): Promise<T | null> {
  const { data } = useDocument.getState();
  const may = learns === 'as the recipe' ? useRecipe.getState().recipe.passes.some(usesSamples) : learns;
  if (data === null || !may) return action();
  if (isUnknown()) await scoreOriginal();
  if (useDocument.getState().data !== data) return null;
  if (!isTrusted()) {
    const answer = await new Promise<TrustAnswer>((resolve) => {
      useTrust.setState({ question: { answer: resolve } });
    });
    useTrust.setState({ question: null });
    if (answer === 'leave') return null;
    trustSamples();
  }
  return action();
}

/** The original against itself on the samples that are scored, or so many of them. */
export async function scoreOriginal(limit: number | null = null): Promise<Evaluation> {
  stopFollowing();
  const engine = await theEngine();
  const { data } = useDocument.getState();
  const evaluation = await runJob('Scoring the original', 'run', (job) => engine.evaluate(job, unchanged(), limit, null, 'live'));
  if (useDocument.getState().data === data) keepOriginal(evaluation);
  return evaluation;
}
