import type { Accuracy, DataSummary, Environment, Evaluation, Exported, Latency, Measurement, OpenedModel } from '../engine/protocol/index';

/** Everything the page measured for one run of the command. */
export interface Results {
  readonly environment: Environment;
  readonly opened: OpenedModel;
  readonly exported: Omit<Exported, 'blob'>;
  readonly measurement: Measurement;
  readonly evaluation: Evaluation;
  readonly data: DataSummary | null;
}

/** REPORT.json: percentages 0..100; what was not measured is null, never 0. */
export interface Report {
  readonly version: 1;
  readonly model: { readonly name: string; readonly bytes: number; readonly sha256: string; readonly params: number; readonly opset: number };
  readonly recipe: Exported['recipe'];
  readonly environment: { readonly adapter: string; readonly browser: string; readonly ep: string };
  readonly before: Side;
  readonly after: Side;
  readonly agreement: { readonly top1: number | null; readonly cosine: number; readonly sqnrDb: number | null; readonly maxAbs: number };
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
}

interface Side {
  readonly bytes: number;
  readonly gzipBytes: number | null;
  readonly latencyMs: Latency | null;
  readonly accuracy: { readonly top1: number; readonly top5: number; readonly samples: number } | null;
}

export function reportOf({ environment, opened, exported, measurement, evaluation }: Results): Report {
  const layers = new Map(opened.layers.map((layer) => [layer.id, layer]));
  const { top1, cosine, sqnrDb, maxAbs } = evaluation.agreement;
  return {
    version: 1,
    model: { name: opened.summary.name, bytes: opened.summary.bytes, sha256: opened.sha256, params: opened.summary.params, opset: opened.summary.opset },
    recipe: exported.recipe,
    environment: { adapter: environment.compute.name, browser: environment.browser, ep: measurement.ep },
    before: { bytes: opened.summary.bytes, gzipBytes: opened.gzipBytes, latencyMs: measurement.before, accuracy: scores(evaluation.before) },
    after: { bytes: exported.bytes, gzipBytes: exported.gzipBytes, latencyMs: measurement.after, accuracy: scores(evaluation.after) },
    agreement: { top1, cosine, sqnrDb, maxAbs },
    layers: exported.layers.map(({ id, ...state }) => {
      const layer = layers.get(id);
      return { name: id, op: layer?.op ?? '', shape: layer?.shape ?? [], params: layer?.params ?? 0, ...state };
    }),
    checks: {
      crossEp: { maxAbs: measurement.check.maxAbs, sqnrDb: measurement.check.sqnrDb, ok: measurement.check.ok },
      export: measurement.exportCheck,
    },
    steps: exported.steps,
  };
}

function scores(accuracy: Accuracy | null): Side['accuracy'] {
  return accuracy && { top1: accuracy.top1, top5: accuracy.top5, samples: accuracy.samples };
}
