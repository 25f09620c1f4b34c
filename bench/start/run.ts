/** How soon the command answers: `whittle inspect` on a small and a large model, beside a Node that does nothing. See README.md. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineBench } from '../harness/bench';
import { takeTurns, type Command } from '../harness/timed';
import { whittle } from '../harness/whittle';
import { writeLargeModel } from '../large/model';

const NOTHING: Command = { name: 'node that does nothing', command: [process.execPath, '-e', '0'] };

export const bench = defineBench({
  what: 'Seconds and memory of `whittle inspect` on models of 100 kB and 400 MB.',
  usage: '[--turns 5]',
  options: { turns: { type: 'string', default: '5' } },
  async run({ values, say, figure }) {
    const folder = mkdtempSync(join(tmpdir(), 'whittle-start-'));
    try {
      for (const [layers, width] of [
        [2, 112],
        [25, 2000],
      ] as const) {
        const file = join(folder, `${width}.onnx`);
        writeLargeModel(file, layers, width);
        const { size } = statSync(file);
        const title = `inspect, ${size < 1e6 ? `${Math.round(size / 1e3)} kB` : `${Math.round(size / 1e6)} MB`}`;
        await takeTurns({ figure, say }, title, [await whittle('inspect', file), NOTHING], Number(values.turns));
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
});
