/** What is known of the recipe on the sliders, as a report. */
import { WhittleError } from '../base/errors';
import { pairedRatio } from '../base/stats';
import type { Provider, Measurement, Recipe } from '../engine/protocol/index';
import type { Asked, Report, ReportKind, Results, Tried } from '../report/index';
import { evaluate, exportModel } from './actions';
import { useDocument } from './document';
import { useRecipe } from './recipe';
import { isFresh, useResults } from './results';
import { saveFile } from './save';
import { keepAll } from './unsaved';
import { useVariants } from './variants';

/**
 * Figures that belong to another recipe are left out; forms and sensitivity hold for the model and name the recipe they were made under.
 * Throws `bad-model` where none is open.
 */
export async function currentReport(): Promise<Report> {
  const { reportOf } = await import('../report/index');
  return reportOf(resultsNow());
}

/**
 * Saves the report as a download called after the model. It is about the written file: that is written first where it is not there, and
 * scored where the weights in the studio were; nothing else is measured.
 */
export async function saveReport(kind: ReportKind): Promise<void> {
  const { FORMS, reportName } = await import('../report/index');
  await writeAndScore();
  const report = await currentReport();
  const { write, type } = FORMS[kind];
  saveFile(reportName(report.model.name, kind), new Blob([write(report)], { type }));
  keepAll();
}

async function writeAndScore(): Promise<void> {
  const { recipe } = useRecipe.getState();
  const written = useResults.getState().exported;
  const { proof } = written && isFresh(written, recipe) ? written : await exportModel();
  const { evaluation } = useResults.getState();
  if (evaluation && isFresh(evaluation, recipe) && evaluation.of === 'live' && proof.runnable) await evaluate(evaluation.agreement.samples);
}

function resultsNow(): Results {
  const { environment, opened, data, check } = useDocument.getState();
  if (!opened) throw new WhittleError('bad-model', 'No model is open.', 'Open an ONNX file first.');
  const { recipe } = useRecipe.getState();
  const { preview, exported, measurements, evaluation, throughput, profile, forms, sizes, truth, sensitivity } = useResults.getState();
  const fresh = <T extends { readonly recipe: Recipe }>(result: T | null): T | null => (isFresh(result, recipe) ? result : null);
  return {
    recipe,
    date: new Date(),
    environment,
    opened,
    data,
    originalCheck: check,
    preview: fresh(preview),
    exported: fresh(exported),
    measurements: ordered(measurements, recipe.target).flatMap((measurement) => fresh(measurement) ?? []),
    evaluation: fresh(evaluation),
    throughput: fresh(throughput),
    profile: fresh(profile),
    forms,
    sizes: fresh(sizes),
    truth: fresh(truth),
    sensitivity,
    asked: askedFor(recipe),
    tried: triedSoFar(recipe),
  };
}

/** What the recipe was chosen by, unless it was edited since. */
function askedFor(recipe: Recipe): Asked | null {
  const { best, plan } = useResults.getState();
  if (best?.value.chosen && isFresh(best, recipe)) return { by: 'best', goal: best.value.goal };
  return plan && isFresh(plan.value, recipe)
    ? { by: 'plan', budget: plan.budget, predictedLoss: plan.value.predictedLoss, needed: plan.value.measured?.needed ?? null }
    : null;
}

/** Recipes that were measured, or compared by a choice. */
function triedSoFar(recipe: Recipe): Tried[] {
  const present = JSON.stringify(recipe);
  const trials = useResults.getState().best?.value.trials ?? [];
  const ruins = new Map(trials.map((trial) => [JSON.stringify(trial.recipe), trial.ruin]));
  return useVariants.getState().variants.map(({ key, label, bytes, exact, accuracy, agreement, latency }): Tried => {
    const ruin = ruins.get(key) ?? null;
    return {
      label,
      bytes,
      exact,
      top1: accuracy?.top1 ?? null,
      top1Interval: accuracy?.top1Interval ?? null,
      agreement: agreement?.top1 ?? null,
      time: latency ? pairedRatio(latency.before, latency.after) : null,
      note: ruin === null ? (key === present ? 'this one' : '') : `not usable: ${ruin}`,
    };
  });
}

/** The target's first. */
function ordered(measurements: Readonly<Partial<Record<Provider, Measurement>>>, target: Provider): Measurement[] {
  return Object.values(measurements).toSorted((a, b) => Number(b.ep === target) - Number(a.ep === target));
}
