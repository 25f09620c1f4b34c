/** What a budget of time gives: layers on integers and in floats, checked by running and timing the whole. See README.md. */
import { parseArgs } from 'node:util';
import { planBits } from '../../src/engine/worker/plan';
import { forwardStdout } from '../../src/runtime/testing/stdout';
import { job, openFolder, openModel } from '../engine';
import { describeDraw, describeSpread, type Draw } from './draws';
import { eachDraw } from './planned';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { draws: { type: 'string', default: '3' } } });
const [modelPath, folder, ...ratios] = positionals;
if (modelPath === undefined || folder === undefined || ratios.length === 0)
  throw new Error('Usage: tsx bench/accuracy/time.ts MODEL.onnx FOLDER RATIO... [--draws 3]');
const doc = await openModel(modelPath);
const data = await openFolder(folder);

for (const ratio of ratios) {
  const draws: Draw[] = [];
  await eachDraw(doc, data, Number(values.draws), async ({ bench, part, score }) => {
    const from = performance.now();
    // A profile comes over standard output, which is given back for what is printed here.
    const giveBack = forwardStdout();
    const plan = await planBits(
      bench,
      part,
      { version: 1, target: 'wasm', passes: [{ id: 'fold-batchnorm' }] },
      [],
      { kind: 'time', ratio: Number(ratio) },
      job,
    )
      .catch((error: unknown) => String(error))
      .finally(giveBack);
    if (typeof plan === 'string') {
      console.log(`${ratio}: ${plan}`);
      return;
    }
    const seconds = (performance.now() - from) / 1000;
    const draw = await score(plan.recipe);
    draws.push(draw);
    const floats = plan.bits.filter(({ bits }) => bits > 8).map(({ layerId }) => layerId);
    console.log(
      `at most ${ratio} of the time: ${plan.timed?.median.toFixed(3)} (${plan.timed?.low.toFixed(3)} to ` +
        `${plan.timed?.high.toFixed(3)}), ${plan.checked?.plans} plans in ${seconds.toFixed(0)} s; ` +
        `${plan.bits.length - floats.length} layers on integers, in floats: ${floats.join(' ') || 'none'}; ${describeDraw(draw)}`,
    );
  });
  if (draws.length > 0) console.log(`at most ${ratio} of the time, ${describeSpread(draws, doc.model.bytes)}`);
}
