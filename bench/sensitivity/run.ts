/**
 * Measures the sensitivity scan: its time against the bare inference inside it, and how well its order of layers follows what quantizing
 * each layer alone really costs. See README.md.
 */
import { basename } from 'node:path';
import type { Dataset } from '../../src/data/types';
import type { Recipe } from '../../src/recipe/types';
import { onBothSides } from '../../src/engine/worker/evaluate';
import { sensitivity } from '../../src/engine/worker/sensitivity';
import { Workbench } from '../../src/engine/worker/workbench';
import { argmax } from '../../src/measure/accuracy';
import { logProbabilities } from '../../src/measure/divergence';
import { compareSides } from '../../src/measure/evaluate';
import { scoredSamples } from '../../src/measure/split';
import { singleLayerRecipe } from '../../src/recipe/steps';
import { engineOn, job, ON, openCard } from '../engine';
import { defineBench, UsageProblem } from '../harness/bench';
import { spearman } from './spearman';

const RECIPE: Recipe = { version: 1, target: 'wasm', passes: [] };

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

export const bench = defineBench({
  what: 'The sensitivity scan: its time to the bare inference in it, and how well it orders layers by what quantizing each really costs.',
  usage: 'MODEL.onnx CARD.json [--on native|wasm] [--samples 64] [--truth BITS,BITS]',
  options: { ...ON, samples: { type: 'string', default: '64' }, truth: { type: 'string', default: '3' } },
  async run({ values, positionals: [modelPath, card], say, figure, keep }) {
    if (modelPath === undefined || card === undefined) throw new UsageProblem('A model and a card are needed.');
    const engine = engineOn(values.on);
    const doc = await engine.openModel(modelPath);
    const workbench = new Workbench(doc, engine.platform);
    const data = await openCard(card);
    const name = `${basename(modelPath, '.onnx')}, ${values.on}`;
    const asked = { bits: [2, 3, 4, 6, 8], sparsities: [], samples: Number(values.samples) };
    const scan = await sensitivity(workbench, data, RECIPE, asked, job, ({ layerId, value, kl, top1, weightSqnrDb }) =>
      say(`${layerId}, ${value} bits: KL ${kl?.toExponential(2)}, top-1 ${top1}, weights ${weightSqnrDb?.toFixed(1)} dB`),
    );
    keep('scan', scan);
    say(`${scan.cells.length} cells, ${scan.layers} layers, ${scan.samples} samples; sessions made ${scan.sessionsCreated}`);
    figure(`${name}, scan`, 's', scan.totalMs / 1000);
    figure(`${name}, scan to the inference in it`, 'x', scan.totalMs / scan.inferenceMs);
    for (const bits of values.truth.split(',').map(Number)) {
      const layers: LayerLoss[] = [];
      for (const layerId of new Set(scan.cells.map((c) => c.layerId))) {
        const real = await trueLoss(workbench, data, singleLayerRecipe(RECIPE, layerId, { kind: 'bits', value: bits }));
        const cell = scan.cells.find((c) => c.layerId === layerId && c.value === bits);
        say(
          `${layerId} alone at ${bits} bits, ${data.length} samples: ` +
            `top-1 -${real.top1Drop.toFixed(2)} points, cross-entropy +${real.crossEntropyRise.toFixed(5)}`,
        );
        layers.push({ layerId, ...real, kl: cell?.kl ?? 0, weightSqnrDb: cell?.weightSqnrDb ?? 0 });
      }
      keep(`truth at ${bits} bits`, layers);
      for (const [predictor, of] of PREDICTORS) {
        for (const [loss, real] of LOSSES) {
          figure(`${name}, ${bits} bits, Spearman of ${predictor} with ${loss}`, '', spearman(layers.map(of), layers.map(real)));
        }
      }
    }
  },
});

const PREDICTORS = [
  ['KL', ({ kl }: LayerLoss) => kl],
  ['weight error', ({ weightSqnrDb }: LayerLoss) => -weightSqnrDb],
] as const;
const LOSSES = [
  ['cross-entropy', ({ crossEntropyRise }: LayerLoss) => crossEntropyRise],
  ['top-1', ({ top1Drop }: LayerLoss) => top1Drop],
] as const;

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
