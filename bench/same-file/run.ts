/** One recipe on one model by the command, by the page on a GPU and by the page without one: is it the same file? See README.md. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import type { Dataset } from '../../src/data/types';
import { parseCard } from '../../src/data/card';
import { argmax } from '../../src/measure/accuracy';
import { datasetSamples } from '../../src/measure/samples';
import { calibrationSamples, scoredSamples } from '../../src/measure/split';
import type { Recipe } from '../../src/recipe/types';
import { compareAll } from '../../src/runtime/compare';
import type { HostTensor } from '../../src/runtime/types';
import { toFloat64 } from '../../src/runtime/tensors';
import { engineOn, job, openCard } from '../engine';
import { defineBench } from '../harness/bench';
import { ROOT } from '../harness/machine';
import { chosen, value, withPages, type StudioPage } from '../harness/page-of-studio';
import { cost } from '../harness/timed';
import { whittle } from '../harness/whittle';
import { RECIPES } from './recipes';

const CALIBRATION = 128;
/** Samples that files which differ are run on. */
const COMPARED = 64;
const SAMPLE = join(ROOT, 'public/samples/digits');

export const bench = defineBench({
  what: 'The same recipe and samples in the page on WebGPU, in the page on WASM, and by the command: the same file, or the same network?',
  usage: '[MODEL.onnx CARD.json] [--only TEXT]',
  options: { only: { type: 'string', default: '' } },
  async run({ values, positionals: [model = `${SAMPLE}.onnx`, card = `${SAMPLE}.card.json`], say, figure, keep }) {
    const recipes = RECIPES.filter(({ name }) => name.includes(values.only));
    const folder = mkdtempSync(join(tmpdir(), 'whittle-same-'));
    try {
      const files = new Map<string, Record<string, Uint8Array>>(recipes.map(({ name }) => [name, {}]));
      const add = (recipe: string, place: string, bytes: Uint8Array): void => {
        Object.assign(files.get(recipe) ?? {}, { [place]: bytes });
        say(`${recipe}, ${place}: ${bytes.length} bytes`);
      };
      for (const { name, passes } of recipes) {
        const path = join(folder, 'recipe.json');
        const out = join(folder, 'native.onnx');
        writeFileSync(path, JSON.stringify(recipeOf(passes)));
        await cost(await whittle(model, '--recipe', path, '--card', card, '--out', out, '--no-score'));
        add(name, 'native', new Uint8Array(readFileSync(out)));
      }
      for (const [place, gpu] of [
        ['page on WASM', false],
        ['page on WebGPU', true],
      ] as const) {
        await withPages(
          async (open) => {
            const { page, studio } = await open();
            const { compute } = value(await studio.evaluate((whittle_) => whittle_.environment()));
            if ((compute.kind === 'webgpu') !== gpu) throw new Error(`The ${place} computes on ${compute.name}.`);
            await fill(page, studio, model, card);
            for (const { name, passes } of recipes) {
              value(await studio.evaluate((whittle_, given) => whittle_.loadRecipe(given), recipeOf(passes)));
              value(await studio.evaluate((whittle_) => whittle_.exportModel()));
              const [download] = await Promise.all([page.waitForEvent('download'), studio.evaluate((whittle_) => whittle_.download())]);
              const saved = join(folder, 'page.onnx');
              await download.saveAs(saved);
              add(name, place, new Uint8Array(readFileSync(saved)));
            }
          },
          { gpu },
        );
      }
      const data = await openCard(card);
      for (const { name, exact } of recipes) {
        const { native, ...others } = files.get(name) ?? {};
        if (!native) continue;
        for (const [place, bytes] of Object.entries(others)) {
          const title = `${basename(model, '.onnx')}, ${name}, ${place} against native`;
          const same = Buffer.compare(native, bytes) === 0;
          figure(`${title}, bytes that differ`, 'bytes', same ? 0 : differing(native, bytes));
          if (same) continue;
          if (exact) say(`  expected to be equal: ${title}`);
          const { relative, agreement } = await compared(native, bytes, data);
          figure(`${title}, largest difference of an output to its range`, '', relative);
          figure(`${title}, same answers`, '%', agreement);
        }
      }
      keep('recipes', recipes);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
});

function recipeOf(passes: Recipe['passes']): Recipe {
  return { version: 1, target: 'wasm', passes: [{ id: 'fold-batchnorm' }, ...passes] };
}

async function fill(page: StudioPage['page'], studio: StudioPage['studio'], model: string, path: string): Promise<void> {
  const card = parseCard(JSON.parse(readFileSync(path, 'utf8')));
  const file = await chosen(page, model, false);
  value(await studio.evaluate((whittle_, given) => whittle_.open([...(given.files ?? [])]), file));
  const folder = await chosen(page, resolve(dirname(path), card.data), true);
  value(
    await studio.evaluate((whittle_, given) => whittle_.setData('card', given.card, [...(given.folder.files ?? [])]), { folder, card }),
  );
}

/** Bytes at the same place that are not the same, and those that one has more. */
function differing(a: Uint8Array, b: Uint8Array): number {
  let count = Math.abs(a.length - b.length);
  for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i] !== b[i]) count += 1;
  return count;
}

/** Two files on samples that neither learned from, run on the native runtime. */
async function compared(one: Uint8Array, other: Uint8Array, data: Dataset): Promise<{ relative: number; agreement: number }> {
  const { runtime } = engineOn('native');
  const held = scoredSamples(data.length, COMPARED, calibrationSamples(data.length, CALIBRATION));
  const sides: Readonly<Record<string, HostTensor>>[][] = [];
  for (const bytes of [one, other]) {
    const session = await runtime.create(bytes, runtime.reference, job.signal);
    const samples = datasetSamples(data, session.inputs);
    const runs: Readonly<Record<string, HostTensor>>[] = [];
    for (const index of held) runs.push(await session.run(await samples.feeds([index]), job.signal));
    sides.push(runs);
    await session.release();
  }
  const [first = [], second = []] = sides;
  const same = first.filter((outputs, i) => answer(outputs) === answer(second[i])).length;
  return { relative: compareAll(first, second).relative, agreement: (100 * same) / first.length };
}

/** The first output's largest place. */
function answer(outputs: Readonly<Record<string, HostTensor>> | undefined): number {
  const [scores] = Object.values(outputs ?? {});
  return scores ? argmax(Float32Array.from(toFloat64(scores) ?? [])) : Number.NaN;
}
