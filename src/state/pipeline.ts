/**
 * Follows the sliders. Each move asks for the selected layer's histogram, one at a time, the latest wins; 250 ms after the last move the
 * whole model is previewed and scored: on the samples, or, where the model was seen to run, on made-up inputs. A superseded result is never
 * written. What a job of the person's pushed aside, or was stopped with, is taken up again when that job is over.
 */
import type { OnProgress } from '../base/job';
import { Latest } from '../base/latest';
import type { Evaluation, Preview, Recipe } from '../engine/protocol/index';
import { usesSamples } from '../recipe/steps';
import { drawBitsCurve, stopBitsCurve } from './bits-curve';
import { useDocument } from './document';
import { isTrusted, isUnknown, keepOriginal, unchanged } from './doubt';
import { theEngine } from './engine';
import { runFollower, runQuietly, useJobs } from './jobs';
import { useRecipe } from './recipe';
import { isFresh, takeEvaluation, useResults } from './results';
import { rememberVariant } from './variants';
import { useView } from './view';

const SETTLE_MS = 250;
const BINS = 128;

const previews = new Latest();
const evaluations = new Latest();
const histograms = new Latest();
let settling: ReturnType<typeof setTimeout> | null = null;
let histogramWanted = false;
/** The recipe whose histogram is under way. */
let drawn: Recipe | null = null;
/** Followers under way, from the first to the last of their steps. */
let following = 0;
/** Followers were stopped for a job that goes first. */
let pushedAside = false;
const idleListeners = new Set<() => void>();

/** Starts following: call once. */
export function followSliders(): void {
  useRecipe.subscribe((state, previous) => {
    if (state.recipe !== previous.recipe) recipeChanged();
  });
  useView.subscribe((state, previous) => {
    if (state.layer !== previous.layer || state.channel !== previous.channel) wantHistogram();
    if (state.layer !== previous.layer && !isHeld(useRecipe.getState().recipe))
      void asFollower(() => drawBitsCurve(useRecipe.getState().recipe, state.layer));
  });
  useDocument.subscribe((state, previous) => {
    if (state.opened !== previous.opened && state.opened) recipeChanged();
    else if (
      state.opened &&
      (state.data !== previous.data || (previous.preparing && !state.preparing) || state.trusted !== previous.trusted)
    )
      samplesChanged();
    // Seen to run: made-up inputs can be compared now.
    else if (state.opened && state.check !== previous.check && isPreviewed(useRecipe.getState().recipe))
      void asFollower(() => score(useRecipe.getState().recipe));
  });
  useJobs.subscribe((state, previous) => {
    if (state.asked === 0 && previous.asked > 0) takeUp();
  });
}

/** Whether nothing follows the sliders any more: no timer, no follower, no histogram under way. */
export function isSettled(): boolean {
  return settling === null && following === 0 && drawn === null && !histogramWanted;
}

/** Calls back once, the next time that the last of it ends. */
export function onSettled(listener: () => void): void {
  idleListeners.add(listener);
}

function tell(): void {
  if (!isSettled()) return;
  const listeners = [...idleListeners];
  idleListeners.clear();
  for (const listener of listeners) listener();
}

function recipeChanged(): void {
  // What was stopped was another recipe.
  useJobs.setState({ lastNote: null });
  stopWork();
  followSoon();
  wantHistogram();
}

/**
 * Stops what was asked of another recipe, so that its result never lands on those of this one, which may stand already. A histogram that is
 * drawn in milliseconds may end: moves would leave none to be seen. One that is fitted to samples takes minutes.
 */
function stopWork(): void {
  previews.cancel();
  evaluations.cancel();
  stopBitsCurve();
  if (isFitting()) histograms.cancel();
}

/** Whether the histogram under way is of passes that learn from samples. */
function isFitting(): boolean {
  return drawn?.passes.some(usesSamples) === true;
}

function followSoon(): void {
  if (settling !== null) clearTimeout(settling);
  settling = setTimeout(() => {
    settling = null;
    void asFollower(() => follow(useRecipe.getState().recipe));
  }, SETTLE_MS);
}

/** Passes that learn from samples make another preview of others, and all recipes get another score. */
function samplesChanged(): void {
  const { recipe } = useRecipe.getState();
  if (isPreviewed(recipe)) void asFollower(() => score(recipe));
  else if (recipe.passes.some(usesSamples) || isSettled()) {
    stopWork();
    followSoon();
    wantHistogram();
  }
}

/** After a job of the person's: goes on with what was stopped for it. */
function takeUp(): void {
  if (pushedAside) {
    if (settling === null) followSoon();
    wantHistogram();
  }
  pushedAside = false;
}

function isPreviewed(recipe: Recipe): boolean {
  return isFresh(useResults.getState().preview, recipe);
}

/** Whether there is something to score on, and the model was seen to run where these are made-up inputs. */
function canScore(): boolean {
  const { data, check } = useDocument.getState();
  return data !== null || check !== null;
}

/** Counts work as following from its start to its end, also between two of its calls. */
async function asFollower(work: () => Promise<void>): Promise<void> {
  following += 1;
  try {
    await work();
  } finally {
    following -= 1;
    tell();
  }
}

async function follow(recipe: Recipe): Promise<void> {
  if (!useDocument.getState().opened) return;
  if (isHeld(recipe)) {
    if (!(await mayLearn())) return;
    wantHistogram();
  }
  if (!isPreviewed(recipe)) {
    if (!(await previewed(recipe))) return;
    if (recipe.passes.some(usesSamples)) wantExactHistogram();
  }
  await Promise.all([drawBitsCurve(recipe, useView.getState().layer), score(recipe)]);
}

/** Whether the recipe learns from samples that were not found to be worth it: nothing of it is drawn, previewed or scored. */
function isHeld(recipe: Recipe): boolean {
  return recipe.passes.some(usesSamples) && (useDocument.getState().preparing || isUnknown() || !isTrusted());
}

/**
 * Whether the recipe may learn from the samples. The original is scored first where nothing was yet: that tells whether they are worth it.
 */
async function mayLearn(): Promise<boolean> {
  const { data, preparing } = useDocument.getState();
  if (preparing) return false;
  if (isUnknown()) {
    const evaluation = await scored(unchanged());
    if (!evaluation || useDocument.getState().data !== data) return false;
    keepOriginal(evaluation);
  }
  return isTrusted();
}

/** On the live session, quietly; null where it was superseded or failed. */
function scored(recipe: Recipe): Promise<Evaluation | null> {
  return runQuietly('recipe', () =>
    evaluations.start(async (signal) => (await theEngine()).evaluate({ signal }, recipe, null, null, 'live')),
  );
}

/** Previews the recipe; false where that was superseded or failed. */
async function previewed(recipe: Recipe): Promise<boolean> {
  const { opened, data } = useDocument.getState();
  const show = (onProgress?: OnProgress): Promise<Preview> =>
    previews.start(async (signal) => (await theEngine()).preview({ signal, ...(onProgress && { onProgress }) }, recipe));
  const fits = recipe.passes.some(usesSamples) && data !== null;
  const preview = await (fits ? runFollower('Fitting to your samples', 'recipe', stopWork, show) : runQuietly('recipe', () => show()));
  const now = useDocument.getState();
  if (!preview || now.opened !== opened || (fits && now.data !== data)) return false;
  useResults.setState({ preview });
  useDocument.setState((state) => (state.error?.where === 'recipe' ? { error: null } : {}));
  return true;
}

async function score(recipe: Recipe): Promise<void> {
  const { opened, data, preparing } = useDocument.getState();
  if (!opened || preparing || !canScore() || isFresh(useResults.getState().evaluation, recipe)) return;
  const evaluation = await scored(recipe);
  const now = useDocument.getState();
  // The file may have been scored, and model or samples replaced, in the meantime.
  if (!evaluation || now.opened !== opened || now.data !== data) return;
  takeEvaluation(evaluation);
  rememberVariant(recipe);
  // What stood in the way of a score is gone.
  if (now.error?.where === 'recipe') useDocument.setState({ error: null });
}

/** Stops following for a job that the person asked for, which goes first; it is taken up again when that is over. */
export function stopFollowing(): void {
  pushedAside ||= following > 0 || isFitting();
  stopWork();
}

function wantHistogram(): void {
  histogramWanted = true;
  if (drawn === null) void drawHistograms();
}

/** What is drawn of passes that learn is a sketch of the layer; once the recipe is previewed its run is there to draw from. */
function wantExactHistogram(): void {
  histograms.cancel();
  wantHistogram();
}

async function drawHistograms(): Promise<void> {
  while (histogramWanted) {
    histogramWanted = false;
    const { recipe } = useRecipe.getState();
    const { layer, channel } = useView.getState();
    const { opened } = useDocument.getState();
    if (layer === null || !opened || isHeld(recipe)) continue;
    drawn = recipe;
    const value = await runQuietly('recipe', () =>
      histograms.start(async (signal) => (await theEngine()).histogram({ signal }, recipe, layer, channel, BINS)),
    );
    const shown = useView.getState();
    if (value && shown.layer === layer && shown.channel === channel && useDocument.getState().opened === opened)
      useResults.setState({ histogram: { recipe, value } });
    drawn = null;
  }
  tell();
}
