/**
 * Measures the sensitivity scan in Node (onnxruntime-web on WASM, as the page's worker runs it without a GPU): its time against the bare
 * inference inside it, and how well its order of layers follows what quantizing each layer alone really costs. See README.md.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Dataset } from '../../src/data/types';
import type { Recipe } from '../../src/engine/protocol/index';
import { onBothSides } from '../../src/engine/worker/evaluate';
import { sensitivity } from '../../src/engine/worker/sensitivity';
import { Workbench } from '../../src/engine/worker/workbench';
import { argmax } from '../../src/measure/accuracy';
import { logProbabilities } from '../../src/measure/divergence';
import { compareSides } from '../../src/measure/evaluate';
import { scoredSamples } from '../../src/measure/split';
import { singleLayerRecipe } from '../../src/recipe/steps';
import { job, openFolder, openModel, platform } from '../engine';
import { spearman } from './spearman';

const recipe: Recipe = { version: 1, target: 'wasm', passes: [] };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { samples: { type: 'string', default: '64' }, truth: { type: 'string', default: '3' }, out: { type: 'string' } },
});
const [modelPath, folder] = positionals;
if (modelPath === undefined || folder === undefined)
  throw new Error('Usage: tsx bench/sensitivity/run.ts MODEL.onnx FOLDER [--samples 64] [--truth BITS,BITS] [--out FILE.json]');

const doc = await openModel(modelPath);
const bench = new Workbench(doc, platform);
const data = await openFolder(folder);

const started = Date.now();
const log = (line: string): void => console.log(`${((Date.now() - started) / 1000).toFixed(0).padStart(5)} s  ${line}`);

const scan = await sensitivity(
  bench,
  data,
  recipe,
  { bits: [2, 3, 4, 6, 8], sparsities: [], samples: Number(values.samples) },
  job,
  (cell) =>
    log(
      `${cell.layerId}, ${cell.value} bits: KL ${cell.kl?.toExponential(2)}, ` +
        `top-1 ${cell.top1}, weights ${cell.weightSqnrDb?.toFixed(1)} dB`,
    ),
);
log(
  `${scan.cells.length} cells, ${scan.layers} layers, ${scan.samples} samples; sessions made ` +
    `${scan.sessionsCreated}; ${(scan.totalMs / 1000).toFixed(1)} s, of which inference ` +
    `${(scan.inferenceMs / 1000).toFixed(1)} s: ratio ${(scan.totalMs / scan.inferenceMs).toFixed(4)}`,
);

interface Loss {
  /** Points of top-1 lost on all samples. */
  readonly top1Drop: number;
  /** Rise of the mean cross-entropy, in nats. */
  readonly crossEntropyRise: number;
}

interface LayerLoss extends Loss {
  readonly layerId: string;
  readonly kl: number;
  readonly weightSqnrDb: number;
}

const truth = [];
for (const bits of values.truth.split(',').map(Number)) {
  const layers: LayerLoss[] = [];
  for (const layerId of new Set(scan.cells.map((c) => c.layerId))) {
    const real = await trueLoss(bench, data, singleLayerRecipe(recipe, layerId, { kind: 'bits', value: bits }));
    const cell = scan.cells.find((c) => c.layerId === layerId && c.value === bits);
    log(
      `${layerId} alone at ${bits} bits, ${data.length} samples: ` +
        `top-1 -${real.top1Drop.toFixed(2)} points, cross-entropy +${real.crossEntropyRise.toFixed(5)}`,
    );
    layers.push({ layerId, ...real, kl: cell?.kl ?? 0, weightSqnrDb: cell?.weightSqnrDb ?? 0 });
  }
  const of = (pick: (layer: LayerLoss) => number): number[] => layers.map(pick);
  const figures = {
    bits,
    klWithCrossEntropy: spearman(
      of((l) => l.kl),
      of((l) => l.crossEntropyRise),
    ),
    klWithTop1: spearman(
      of((l) => l.kl),
      of((l) => l.top1Drop),
    ),
    weightErrorWithCrossEntropy: spearman(
      of((l) => -l.weightSqnrDb),
      of((l) => l.crossEntropyRise),
    ),
    weightErrorWithTop1: spearman(
      of((l) => -l.weightSqnrDb),
      of((l) => l.top1Drop),
    ),
  };
  log(`Spearman at ${bits} bits: ${JSON.stringify(figures)}`);
  truth.push({ ...figures, layers });
}
if (values.out !== undefined) writeFileSync(values.out, `${JSON.stringify({ scan, truth }, null, 1)}\n`);

/** What the recipe costs on all samples. */
async function trueLoss(b: Workbench, samples: Dataset, changed: Recipe): Promise<Loss> {
  return onBothSides(b, samples, changed, null, job, async (evaluated, { known, session }, after) => {
    const sums = { right: 0, entropy: 0, count: 0 };
    const add = (scores: Float32Array | null, label: number, sign: number): void => {
      const probabilities = logProbabilities(scores ?? [], known.probabilities);
      sums.right += argmax(probabilities) === label ? sign : 0;
      sums.entropy -= sign * (probabilities[label] ?? 0);
    };
    const tally = {
      add(_index: number, label: number | null, a: readonly Float32Array[], z: readonly Float32Array[]): void {
        if (label === null) throw new Error('The data have no labels.');
        sums.count += 1;
        add(known.scoresOf(a), label, -1);
        add(known.scoresOf(z), label, 1);
      },
    };
    await compareSides(evaluated.samples, session.run, after, known, scoredSamples(evaluated.samples.length, null, []), tally, job);
    return { top1Drop: (-100 * sums.right) / sums.count, crossEntropyRise: sums.entropy / sums.count };
  });
}
