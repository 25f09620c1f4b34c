import type { Accuracy, ChangedSamples, DataSummary, Environment, Evaluation, Exported, Latency, Measurement, OpenedModel, Profile, Sizes, Truth } from '../engine/protocol/index';

/** Everything the page measured for one run of the command. */
export interface Results {
  readonly environment: Environment;
  readonly opened: OpenedModel;
  readonly exported: Omit<Exported, 'blob'>;
  readonly measurement: Measurement;
  readonly evaluation: Evaluation;
  readonly data: DataSummary | null;
  /** Of `--profile`. */
  readonly closer: { readonly profile: Profile; readonly sizes: Sizes; readonly truth: Truth | null } | null;
}

/** REPORT.json: percentages 0..100; what was not measured is null, never 0. */
export interface Report {
  readonly version: 1;
  readonly model: { readonly name: string; readonly bytes: number; readonly sha256: string; readonly params: number; readonly opset: number };
  readonly recipe: Exported['recipe'];
  readonly environment: { readonly adapter: string; readonly browser: string; readonly ep: string };
  readonly before: Side;
  readonly after: Side;
  readonly agreement: {
    readonly top1: number | null;
    readonly cosine: number;
    readonly sqnrDb: number | null;
    readonly maxAbs: number;
    /** Samples whose answer changed: how many, and (with labels) how. */
    readonly changed: { readonly total: number; readonly worse: number; readonly better: number; readonly bothWrong: number } | null;
    readonly outputs: Evaluation['outputs'];
  };
  /** McNemar's test of the accuracies; null without labels. */
  readonly paired: Evaluation['paired'];
  readonly layers: readonly {
    readonly name: string;
    readonly op: string;
    readonly shape: readonly number[];
    readonly params: number;
    readonly bits: number;
    readonly sparsity: number;
    readonly sqnrDb: number | null;
    readonly bytesBefore: number;
    readonly bytesAfter: number;
  }[];
  readonly checks: {
    readonly crossEp: { readonly maxAbs: number; readonly sqnrDb: number | null; readonly ok: boolean };
    readonly export: { readonly maxAbs: number; readonly ok: boolean };
  };
  readonly steps: Exported['steps'];
  readonly startupMs: Measurement['startup'];
  /** These three are null without `--profile`. */
  readonly placement: { readonly ep: string; readonly before: Profile['before']; readonly after: Profile['after'] } | null;
  readonly sizes: Omit<Sizes, 'recipe'> | null;
  readonly truth: Truth['sentences'] | null;
}

interface Side {
  readonly bytes: number;
  readonly gzipBytes: number | null;
  readonly latencyMs: Latency | null;
  readonly accuracy: Accuracy | null;
}

export function reportOf({ environment, opened, exported, measurement, evaluation, closer }: Results): Report {
  const layers = new Map(opened.layers.map((layer) => [layer.id, layer]));
  const { top1, cosine, sqnrDb, maxAbs } = evaluation.agreement;
  return {
    version: 1,
    model: { name: opened.summary.name, bytes: opened.summary.bytes, sha256: opened.sha256, params: opened.summary.params, opset: opened.summary.opset },
    recipe: exported.recipe,
    environment: { adapter: environment.compute.name, browser: environment.browser, ep: measurement.ep },
    before: { bytes: opened.summary.bytes, gzipBytes: opened.gzipBytes, latencyMs: measurement.before, accuracy: evaluation.before },
    after: { bytes: exported.bytes, gzipBytes: exported.gzipBytes, latencyMs: measurement.after, accuracy: evaluation.after },
    agreement: { top1, cosine, sqnrDb, maxAbs, changed: evaluation.changed && counts(evaluation.changed), outputs: evaluation.outputs },
    paired: evaluation.paired,
    layers: exported.layers.map(({ id, ...state }) => {
      const layer = layers.get(id);
      return { name: id, op: layer?.op ?? '', shape: layer?.shape ?? [], params: layer?.params ?? 0, ...state };
    }),
    checks: {
      crossEp: { maxAbs: measurement.check.maxAbs, sqnrDb: measurement.check.sqnrDb, ok: measurement.check.ok },
      export: measurement.exportCheck,
    },
    steps: exported.steps,
    startupMs: measurement.startup,
    placement: closer && { ep: closer.profile.ep, before: closer.profile.before, after: closer.profile.after },
    sizes: closer && withoutRecipe(closer.sizes),
    truth: closer?.truth?.sentences ?? null,
  };
}

/** The report has the recipe once. */
function withoutRecipe({ recipe: _recipe, ...sizes }: Sizes): Omit<Sizes, 'recipe'> {
  return sizes;
}

/** Without the list of samples, which the page shows. */
function counts({ total, worse, better, bothWrong }: ChangedSamples): Report['agreement']['changed'] {
  return { total, worse, better, bothWrong };
}
