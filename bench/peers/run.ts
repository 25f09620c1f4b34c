/** Every method of every peer, by run.py in its virtual environment; its rows as figures. See README.md. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineBench, UsageProblem } from '../harness/bench';
import { pythonOf } from '../harness/python';

interface Row {
  readonly model: string;
  readonly id: string;
  readonly version: string;
  readonly error?: string;
  readonly bytes?: number;
  readonly peakMiB?: number;
  readonly cpuSeconds?: number;
  readonly drop?: number;
  readonly agreement?: number;
  readonly kl?: number;
  readonly draws?: readonly { readonly drop: number; readonly agreement: number; readonly kl: number }[];
}

const LOSSES = [
  ['drop', 'top-1 lost', 'points'],
  ['agreement', 'agreement', '%'],
  ['kl', 'KL', 'nats'],
] as const;

export const bench = defineBench({
  what: 'What quantizers of onnxruntime, NNCF and onnxsim reach with the same files, samples and judge.',
  usage: 'CARD.json ... [--only TEXT] [--draws 3] [--work FOLDER]',
  options: { only: { type: 'string', default: '' }, draws: { type: 'string', default: '3' }, work: { type: 'string' } },
  async run({ values, positionals, figure, keep }) {
    if (positionals.length === 0) throw new UsageProblem('Cards are needed.');
    const work = values.work ?? mkdtempSync(join(tmpdir(), 'whittle-peers-'));
    const out = join(work, 'rows.json');
    const script = join(import.meta.dirname, 'run.py');
    const options = ['--work', work, '--out', out, '--only', values.only, '--draws', values.draws];
    const { status } = spawnSync(pythonOf('peers'), [script, ...positionals, ...options], { stdio: 'inherit' });
    if (status !== 0) throw new Error(`run.py ended with ${status}.`);
    const { accuracy }: { readonly accuracy: readonly Row[] } = JSON.parse(readFileSync(out, 'utf8'));
    keep('rows', accuracy);
    for (const row of accuracy.filter(({ error }) => error === undefined)) {
      const name = `${row.model}, ${row.id} ${row.version}`;
      for (const [key, what, unit] of LOSSES) {
        const samples = row.draws?.map((draw) => draw[key]) ?? [row[key] ?? Number.NaN];
        figure(`${name}, ${what}`, unit, samples, 'mean');
      }
      figure(`${name}, file`, 'bytes', row.bytes ?? Number.NaN);
      figure(`${name}, processor`, 's', row.cpuSeconds ?? Number.NaN);
      figure(`${name}, peak`, 'MiB', row.peakMiB ?? Number.NaN);
    }
  },
});
