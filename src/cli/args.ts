import { parseArgs } from 'node:util';
import { DEFAULT_LIMITS, type DataLimits } from '../data/limits';
import { InputProblem } from './problem';
import type { BestGoal } from '../engine/protocol/index';
import { isTarget, TARGET_IDS, targetFor, type TargetId } from '../recipe/targets';

export const HELP = `Usage: npm run optimize -- MODEL.onnx --recipe R.json --out OUT.onnx [options]
       npm run optimize -- MODEL.onnx --best 4-bit --samples pictures/ --out OUT.onnx [options]

Runs a recipe on an ONNX model, with the page's own engine: in this process on onnxruntime's native kernels, or in headless Chromium.

  --recipe FILE       the passes to run, as copied from the page (public/recipe.schema.json)
  --best GOAL         in the place of a recipe: tries several and takes the one that loses least. GOAL is 8-bit, 4-bit, or the size of
                      the file, such as 500kB or 1.5MB
  --target NAME       what --best makes a file for: wasm (processors, the default) or webgpu (graphics processors)
  --out FILE          where the result is written, whole or not at all
  --card FILE         evaluation card: labelled samples to measure accuracy on; its "data" folder is found beside the card
  --samples PATH      samples without a card, a folder or a file (zip, Parquet, IDX ...): a card is proposed, and with labels the preset of
                      the pixels is looked for by trying, and taken where it is clearly better
  --limit N           score at most N of the samples (default: all that are not kept for passes)
  --calibration N     samples kept for passes that learn from some, and never scored (default: 128, half of a small set)
  --max-pixels N      largest picture among the samples, in megapixels (default: ${DEFAULT_LIMITS.maxPixels / 1e6})
  --max-unpacked N    most that one gzip, zip or npz file of samples may unpack to, in MB (default: ${DEFAULT_LIMITS.maxUnpacked / 1e6})
  --max-ratio N       most bytes that may come of one packed byte of them, beyond 64 MB (default: ${DEFAULT_LIMITS.maxRatio})
  --report FILE       write every figure: as a page that needs nothing else where FILE ends in .html, as Markdown where it ends in .md,
                      else as JSON. Also finds where each operator runs and compresses with brotli, which takes up to two minutes more
  --sensitivity FILE  change one layer at a time to 2, 3, 4, 6 and 8 bits, on 64 samples, and write what each costs: CSV, or JSON
                      where FILE ends in .json
  --profile           tell where operators run, what brotli saves and which form is faster here, as --report does, and also time
                      batches and every form that fits the model, which takes some minutes more
  --no-score          write the file and check it, but compare and time nothing
  --in-browser        run the built page in headless Chromium: on WebGPU, and with its check against WASM
  --ep webgpu|wasm    as --in-browser, on this backend (default: the recipe's target)
  --help              this text

External data are read from where the model says, inside its own folder. No file that is read is ever written to, by any name.
All files are written whole, or none is. Exit code 0: they are, and a before/after table and what stays as it was are printed.
2: bad arguments or input. 1: anything else (a full disk, no Chromium, a fault of Whittle). One line says which. 130, 143: stopped.
Fits that took long are kept for the next run, 1 GiB at most, in the system's place for caches or the folder that WHITTLE_CACHE
names; WHITTLE_CACHE= keeps nothing. CHROMIUM_PATH names the browser of --in-browser; without it Chrome or Chromium is looked for
where they usually are.`;

export interface Arguments {
  readonly model: string;
  /** null: `best`. */
  readonly recipe: string | null;
  readonly best: { readonly goal: BestGoal; readonly target: TargetId } | null;
  readonly out: string;
  readonly card: string | null;
  readonly samples: string | null;
  readonly limit: number | null;
  readonly calibration: number;
  readonly limits: DataLimits;
  readonly report: string | null;
  readonly sensitivity: string | null;
  readonly profile: boolean;
  readonly ep: TargetId | null;
  readonly inBrowser: boolean;
  readonly score: boolean;
}

/** The command's arguments, or 'help'. Throws InputProblem that names the argument. */
export function readArguments(argv: readonly string[]): Arguments | 'help' {
  const { values, positionals, tokens } = parse(argv);
  if (values.help) return 'help';
  const given = new Set<string>();
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    if (given.has(token.name)) throw new InputProblem(`${token.rawName} is given twice. See --help.`);
    if (token.value === '') throw new InputProblem(`${token.rawName} is empty. See --help.`);
    given.add(token.name);
  }
  const [model, ...rest] = positionals;
  if (model === undefined || model === '') throw new InputProblem('No model was given: name an .onnx file first. See --help.');
  if (rest.length > 0) throw new InputProblem(`One model at a time: ${rest.join(', ')} is one too many.`);
  if (values.recipe === undefined && values.best === undefined)
    throw new InputProblem('No recipe was given: add --recipe FILE, or --best GOAL. See --help.');
  if (values.recipe !== undefined && (values.best ?? values.target) !== undefined)
    throw new InputProblem(
      `--recipe and --${values.best === undefined ? 'target' : 'best'} are both given: a recipe says both. Leave one out.`,
    );
  if (values.out === undefined) throw new InputProblem('No output was given: add --out FILE. See --help.');
  if (values.card !== undefined && values.samples !== undefined)
    throw new InputProblem('--card and --samples are both given: a card names its own samples. Leave one out.');
  if (values['no-score'] === true && (values.sensitivity !== undefined || values.profile === true))
    throw new InputProblem(
      `--no-score runs nothing beyond the file: leave out ${values.sensitivity === undefined ? '--profile' : '--sensitivity'}.`,
    );
  const ep = target('--ep', values.ep);
  return {
    model,
    recipe: values.recipe ?? null,
    best:
      values.best === undefined
        ? null
        : { goal: goalOf(values.best), target: target('--target', values.target ?? ep ?? undefined) ?? PROCESSORS },
    out: values.out,
    card: values.card ?? null,
    samples: values.samples ?? null,
    limit: values.limit === undefined ? null : whole('--limit', values.limit),
    calibration: values.calibration === undefined ? 128 : whole('--calibration', values.calibration),
    limits: {
      maxPixels: limit('--max-pixels', values['max-pixels'], 1e6, DEFAULT_LIMITS.maxPixels),
      maxUnpacked: limit('--max-unpacked', values['max-unpacked'], 1e6, DEFAULT_LIMITS.maxUnpacked),
      maxRatio: limit('--max-ratio', values['max-ratio'], 1, DEFAULT_LIMITS.maxRatio),
    },
    report: values.report ?? null,
    sensitivity: values.sensitivity ?? null,
    profile: values.profile ?? false,
    ep,
    inBrowser: (values['in-browser'] ?? false) || ep !== null,
    score: !(values['no-score'] ?? false),
  };
}

function parse(argv: readonly string[]) {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      tokens: true,
      options: {
        recipe: text,
        best: text,
        target: text,
        out: text,
        card: text,
        samples: text,
        limit: text,
        calibration: text,
        'max-pixels': text,
        'max-unpacked': text,
        'max-ratio': text,
        report: text,
        sensitivity: text,
        ep: text,
        profile: { type: 'boolean' },
        'in-browser': { type: 'boolean' },
        'no-score': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (cause) {
    throw new InputProblem(`${cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause)} See --help.`);
  }
}

/** What most machines have. */
const PROCESSORS = targetFor({ gpu: false });

function target(name: string, text: string | undefined): TargetId | null {
  if (text === undefined || isTarget(text)) return text ?? null;
  throw new InputProblem(`${name} is "${text}"; it takes ${TARGET_IDS.join(' or ')}.`);
}

const UNITS: Readonly<Record<string, number>> = { B: 1, kB: 1e3, MB: 1e6 };

/** "8-bit", "4-bit", or a size: "500kB". */
function goalOf(text: string): BestGoal {
  if (text === '8-bit' || text === '4-bit') return { kind: 'bits', bits: text === '8-bit' ? 8 : 4 };
  const [, size = '', unit = ''] = /^([0-9]+(?:\.[0-9]+)?) ?(B|kB|MB)$/.exec(text) ?? [];
  const bytes = Math.floor(Number(size) * (UNITS[unit] ?? 0));
  if (bytes < 1 || !Number.isSafeInteger(bytes))
    throw new InputProblem(`--best is "${text}"; it takes 8-bit, 4-bit, or a size such as 500kB or 1.5MB.`);
  return { kind: 'bytes', bytes };
}

/** A limit given in units of `unit`, or its default. */
function limit(name: string, text: string | undefined, unit: number, otherwise: number): number {
  return text === undefined ? otherwise : whole(name, text) * unit;
}

function whole(name: string, text: string): number {
  const value = /^[0-9]+$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value) || value < 1) throw new InputProblem(`${name} is "${text}"; it takes a whole number from 1.`);
  return value;
}
