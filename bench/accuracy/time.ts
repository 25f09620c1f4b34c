/** What a budget of time gives: layers on integers and in floats, checked by running and timing the whole. See README.md. */
import { basename } from 'node:path';
import { planBits } from '../../src/engine/worker/plan';
import { forwardStdout } from '../../src/runtime/testing/stdout';
import { engineOn, job, ON } from '../engine';
import { defineBench, UsageProblem } from '../harness/bench';
import { describeDraw, figuresOf, type Draw } from './draws';
import { eachDraw } from './planned';

export const bench = defineBench({
  what: "Which layers compute on integers within a part of the original's time, and what that costs.",
  usage: 'MODEL.onnx CARD.json RATIO ... [--on native|wasm] [--draws 3]',
  options: { ...ON, draws: { type: 'string', default: '3' } },
  async run({ values, positionals: [modelPath, card, ...ratios], say, figure }) {
    if (modelPath === undefined || card === undefined || ratios.length === 0)
      throw new UsageProblem('A model, a card and ratios are needed.');
    const engine = engineOn(values.on);
    for (const ratio of ratios) {
      const draws: Draw[] = [];
      const times: number[] = [];
      await eachDraw(engine, modelPath, card, Number(values.draws), async ({ bench: workbench, part, score }) => {
        // A profile comes over standard output, which is given back for what is printed here.
        const giveBack = forwardStdout();
        const plan = await planBits(
          workbench,
          part,
          { version: 1, target: 'wasm', passes: [{ id: 'fold-batchnorm' }] },
          [],
          { kind: 'time', ratio: Number(ratio) },
          job,
        )
          .catch((error: unknown) => String(error))
          .finally(giveBack);
        if (typeof plan === 'string') {
          say(`${ratio}: ${plan}`);
          return;
        }
        const draw = await score(plan.recipe);
        draws.push(draw);
        if (plan.timed) times.push(plan.timed.median);
        const floats = plan.bits.filter(({ bits }) => bits > 8).map(({ layerId }) => layerId);
        say(
          `at most ${ratio} of the time: ${plan.checked?.plans} plans; ${plan.bits.length - floats.length} layers on integers, ` +
            `in floats: ${floats.join(' ') || 'none'}; ${describeDraw(draw)}`,
        );
      });
      if (draws.length === 0) continue;
      const name = `${basename(modelPath, '.onnx')}, at most ${ratio} of the time`;
      if (times.length > 0) figure(`${name}, taken`, 'x', times);
      figuresOf(figure, name, draws);
    }
  },
});
