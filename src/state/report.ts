/** What is known of the recipe on the sliders, as a report. */
import { WhittleError } from '../base/errors';
import type { Ep, Measurement, Recipe } from '../engine/protocol/index';
import type { Report, ReportKind, Results } from '../report/index';
import { useDocument } from './document';
import { useRecipe } from './recipe';
import { isFresh, useResults } from './results';
import { saveFile } from './save';
import { keepAll } from './unsaved';

/**
 * Figures that belong to another recipe are left out; forms and sensitivity hold for the model and name the recipe they were made under.
 * Throws `bad-model` where none is open.
 */
export async function currentReport(): Promise<Report> {
  const { reportOf } = await import('../report/index');
  return reportOf(resultsNow());
}

/** Saves the report as a download called after the model. Measures nothing that is not measured yet. */
export async function saveReport(kind: ReportKind): Promise<void> {
  const { FORMS, reportName } = await import('../report/index');
  const report = await currentReport();
  const { write, type } = FORMS[kind];
  saveFile(reportName(report.model.name, kind), new Blob([write(report)], { type }));
  keepAll();
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
  };
}

/** The target's first. */
function ordered(measurements: Readonly<Partial<Record<Ep, Measurement>>>, target: Ep): Measurement[] {
  return Object.values(measurements).toSorted((a, b) => Number(b.ep === target) - Number(a.ep === target));
}
