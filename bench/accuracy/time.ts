/** What a budget of time gives: layers on integers and in floats, checked by running and timing the whole. See README.md. */
import { parseArgs } from 'node:util';
import { evaluate } from '../../src/engine/worker/evaluate';
import { planBits } from '../../src/engine/worker/plan';
import { Workbench } from '../../src/engine/worker/workbench';
import { forwardStdout } from '../../src/runtime/testing/stdout';
import { job, openFolder, openModel, platform } from '../engine';

const { positionals } = parseArgs({ allowPositionals: true });
const [modelPath, folder, ...ratios] = positionals;
if (modelPath === undefined || folder === undefined || ratios.length === 0) throw new Error('Usage: tsx bench/accuracy/time.ts MODEL.onnx FOLDER RATIO...');

const data = await openFolder(folder);
const bench = new Workbench(await openModel(modelPath), platform, () => ({ data, calibration: 128 }));
for (const ratio of ratios) {
  const from = performance.now();
  // A profile comes over standard output, which is given back for what is printed here.
  const giveBack = forwardStdout();
  const plan = await planBits(bench, data, { version: 1, target: 'wasm', passes: [{ id: 'fold-batchnorm' }] }, [], { kind: 'time', ratio: Number(ratio) }, job).catch((error: unknown) => String(error)).finally(giveBack);
  if (typeof plan === 'string') {
    console.log(`${ratio}: ${plan}`);
    continue;
  }
  const seconds = (performance.now() - from) / 1000;
  const { before, after, agreement } = await evaluate(bench, data, plan.recipe, null, 'wasm', job);
  const floats = plan.bits.filter(({ bits }) => bits > 8).map(({ layerId }) => layerId);
  console.log(`at most ${ratio} of the time: ${plan.timed?.median.toFixed(3)} (${plan.timed?.low.toFixed(3)} to ${plan.timed?.high.toFixed(3)}), ${plan.checked?.plans} plans in ${seconds.toFixed(0)} s; ${plan.predictedBytes} bytes; lost ${((before?.top1 ?? 0) - (after?.top1 ?? 0)).toFixed(2)} points of ${before?.top1?.toFixed(2)}, agreement ${agreement.top1?.toFixed(2)} % on ${after?.samples}; ${plan.bits.length - floats.length} layers on integers, in floats: ${floats.join(' ') || 'none'}`);
}
