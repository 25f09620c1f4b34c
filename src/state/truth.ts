/**
 * Keeps the truth meter's sentences up with what is known: after each preview and export, and after each measurement that they may speak
 * from.
 */
import { Latest } from '../base/latest';
import type { Truth, TruthEvidence } from '../engine/protocol/index';
import { providerOf } from './document';
import { theEngine } from './engine';
import { runQuietly } from './jobs';
import { isFresh, useResults } from './results';

const latest = new Latest();
const SOURCES = ['preview', 'exported', 'measurements', 'benchmark', 'profile', 'forms'] as const;

/** Starts following: call once. */
export function followEvidence(): void {
  useResults.subscribe((state, previous) => {
    if (SOURCES.some((source) => state[source] !== previous[source])) void refreshTruth();
  });
}

/** Asks for the sentences of the last preview (of the export where nothing was previewed); null without either, or when superseded. */
export async function refreshTruth(): Promise<Truth | null> {
  const evidence = evidenceNow();
  if (!evidence) return null;
  const truth = await runQuietly('recipe', () => latest.start(async (signal) => (await theEngine()).truth({ signal }, evidence)));
  if (truth && evidenceNow()?.recipe === evidence.recipe) useResults.setState({ truth });
  return truth;
}

/** What belongs to the recipe of the last preview or export. Forms and the benchmark hold for the model and the device. */
function evidenceNow(): TruthEvidence | null {
  const { preview, exported, measurements, benchmark, profile, forms } = useResults.getState();
  const subject = preview ?? exported;
  if (!subject) return null;
  const { recipe, layers } = subject;
  const ep = providerOf(recipe.target);
  const measurement = measurements[ep] ?? null;
  return {
    recipe,
    layers: layers.map(({ op, params, macs, bits, sparsity, storage }) => ({ op, params, macs, bits, sparsity, storage })),
    measurement: isFresh(measurement, recipe) ? measurement : null,
    benchmark,
    profile: isFresh(profile, recipe) ? profile : null,
    forms,
  };
}
