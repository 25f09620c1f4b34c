/** File to static int8 file, whole processes from the shell: Whittle and onnxruntime.quantization in turns. See README.md. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Recipe } from '../../src/recipe/types';
import { defineBench, UsageProblem, type BenchContext, type BenchOptions } from '../harness/bench';
import { pythonOf } from '../harness/python';
import { takeTurns, type Command } from '../harness/timed';
import { whittle } from '../harness/whittle';

/** How ranges follow from samples: Whittle's name, and the peer's. */
const RANGES = { minmax: 'MinMax', percentile: 'Percentile', entropy: 'Entropy' } as const;
type Ranges = keyof typeof RANGES;

/** What the memory is told at. */
const COUNTS = [100, 500] as const;

interface Place {
  readonly python: string;
  readonly folder: string;
  readonly work: string;
  readonly card: string;
}

export const bench = defineBench({
  what: 'File to static int8 file as a whole process, against onnxruntime.quantization: seconds, memory at 100 and 500 samples, accuracy.',
  usage: 'CARD.json ... [--ranges minmax,percentile,entropy] [--calibration 128] [--turns 5] [--no-memory] [--no-pictures] [--work FOLDER]',
  options: {
    ranges: { type: 'string', default: Object.keys(RANGES).join() },
    calibration: { type: 'string', default: '128' },
    turns: { type: 'string', default: '5' },
    'no-memory': { type: 'boolean', default: false },
    'no-pictures': { type: 'boolean', default: false },
    work: { type: 'string' },
  },
  async run({ values, positionals, say, figure, keep }) {
    const wanted = values.ranges.split(',').filter(isRanges);
    if (positionals.length === 0 || wanted.length === 0) throw new UsageProblem('Cards and ranges are needed.');
    const folder = mkdtempSync(join(tmpdir(), 'whittle-static-'));
    const context = { say, figure, keep };
    try {
      for (const card of positionals) {
        const place = { python: pythonOf('peers'), folder, work: values.work ?? folder, card };
        await compare(place, context, wanted, Number(values.calibration), Number(values.turns), !values['no-pictures']);
        if (!values['no-memory']) await memory(place, context, wanted);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
});

type Context = Pick<BenchContext<BenchOptions>, 'say' | 'figure' | 'keep'>;

function isRanges(name: string): name is Ranges {
  return Object.hasOwn(RANGES, name);
}

/** Seconds in turns, and both files before one judge. */
async function compare(
  place: Place,
  context: Context,
  wanted: readonly Ranges[],
  count: number,
  turns: number,
  pictures: boolean,
): Promise<void> {
  const { python, folder, work, card } = place;
  const samples = write(place, Number(execFileSync(python, ['-c', LENGTH, card, work], { env: PEERS, encoding: 'utf8' })));
  const name = basename(card, '.card.json');
  for (const ranges of wanted) {
    const [own, theirs, ofPictures] = ['whittle', 'peer', 'pictures'].map((who) => join(folder, `${name}.${ranges}.${who}.onnx`));
    const title = `${name}, ${ranges}, ${count} samples`;
    const ours = await ownCommand(place, samples, ranges, count, own ?? '');
    const peer = peerCommand(place, samples, ranges, count, theirs ?? '');
    const shown = pictures
      ? [{ ...(await ownCommand(place, { ...samples, card }, ranges, count, ofPictures ?? '')), name: 'whittle on pictures' }]
      : [];
    await takeTurns(context, title, [ours, peer, ...shown], turns);
    const files = [own, theirs, ...(pictures ? [ofPictures] : [])].flatMap((file) => file ?? []);
    const judged = execFileSync(python, [join(import.meta.dirname, '../peers/judge.py'), card, ...files, '--work', work, '--json'], {
      encoding: 'utf8',
    });
    const rows: unknown[] = judged
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
    for (const row of rows) context.say(JSON.stringify(row));
    context.keep(title, rows);
    for (const file of files) context.figure(`${title}, ${basename(file)}`, 'bytes', statSync(file).size);
  }
}

/** Peak memory where passes learn from few samples and from many: it must not grow. */
async function memory(place: Place, context: Context, wanted: readonly Ranges[]): Promise<void> {
  // Half of a small set is left to be scored.
  const samples = write(place, 2 * Math.max(...COUNTS));
  for (const ranges of wanted)
    for (const count of COUNTS) {
      const out = join(place.folder, 'memory.onnx');
      const title = `${basename(place.card, '.card.json')}, ${ranges}, memory at ${count}`;
      const commands = [await ownCommand(place, samples, ranges, count, out), peerCommand(place, samples, ranges, count, out)] as const;
      await takeTurns(context, title, commands, 1);
    }
}

interface Samples {
  readonly model: string;
  readonly input: string;
  readonly array: string;
  /** What Whittle is told of them. */
  readonly card: string;
}

function write({ python, folder: parent, work, card }: Place, count: number): Samples {
  // Of their own folder: nothing is written among samples.
  const folder = join(parent, 'samples');
  mkdirSync(folder, { recursive: true });
  const array = join(folder, 'samples.npy');
  const said = execFileSync(python, [join(import.meta.dirname, 'samples.py'), card, String(count), array, '--work', work], {
    encoding: 'utf8',
  });
  const { model, input }: { readonly model: string; readonly input: string } = JSON.parse(said);
  const own = join(folder, 'card.json');
  const tensors = { [input]: basename(array) };
  writeFileSync(own, JSON.stringify({ version: 1, task: 'classification', data: '.', format: 'tensors', tensors }));
  return { model, input, array, card: own };
}

async function ownCommand({ folder }: Place, { model, card }: Samples, ranges: Ranges, count: number, out: string): Promise<Command> {
  const recipe: Recipe = { version: 1, target: 'wasm', passes: [{ id: 'quantize-static', options: { calibrator: ranges } }] };
  const file = join(folder, `${ranges}.json`);
  writeFileSync(file, JSON.stringify(recipe));
  return whittle(model, '--recipe', file, '--card', card, '--calibration', String(count), '--out', out, '--no-score');
}

function peerCommand({ python }: Place, { model, input, array }: Samples, ranges: Ranges, count: number, out: string): Command {
  const script = join(import.meta.dirname, 'peer.py');
  return { name: 'onnxruntime.quantization', command: [python, script, model, array, input, RANGES[ranges], String(count), out] };
}

/** Python that tells how many samples a card has. */
const LENGTH =
  'import sys; from pathlib import Path; from data import Samples; print(len(Samples(Path(sys.argv[1]), Path(sys.argv[2])).labels))';
const PEERS = { ...process.env, PYTHONPATH: join(dirname(import.meta.dirname), 'peers') };
