/** What `--help` prints. */
import { DEFAULT_LIMITS } from '../data/limits';
import type { Help } from './command';
import { version } from './root';

const [MEGAPIXELS, MEGABYTES] = [DEFAULT_LIMITS.maxPixels / 1e6, DEFAULT_LIMITS.maxUnpacked / 1e6];

const SAMPLES = `  --data PATH         samples: an evaluation card (.json), a folder, or a file (zip, Parquet, IDX, npy ...). Without a
                      card one is proposed, and with labels the preset of the pixels is looked for by trying, and taken where it
                      is clearly better. --card and --samples are other names of it
  --limit N           score at most N of the samples (default: all that are not kept for passes)
  --calibration N     samples kept for passes that learn from some, and never scored (default: 128, half of a small set)
  --max-pixels N      largest picture among the samples, in megapixels (default: ${MEGAPIXELS})
  --max-unpacked N    most that one gzip, zip or npz file of samples may unpack to, in MB (default: ${MEGABYTES})
  --max-ratio N       most bytes that may come of one packed byte of them, beyond 64 MB (default: ${DEFAULT_LIMITS.maxRatio})`;

const MANNER = `  --json              one JSON event a line on the output (step, progress, note, warning, result, error), and nothing else
  -q, --quiet         errors only
  -h, --help          this text`;

const EXITS = `Exit code 0: done. 2: bad arguments or input. 1: anything else (a full disk, a fault of Whittle); one line says which.
130, 143: stopped. Colours are off where NO_COLOR is set or no terminal reads; progress then is in lines.`;

const OPTIMIZE = `Usage: whittle MODEL.onnx --best 4-bit --data pictures/ -o small.onnx
       whittle MODEL.onnx --recipe recipe.json -o small.onnx [options]

Writes a smaller ONNX model by a recipe, or by the best of several, and compares it with the original.

  --recipe FILE       the passes to run, as copied from the page (public/recipe.schema.json)
  --best GOAL         in the place of a recipe: tries several and takes the one that loses least. GOAL is 8-bit, 4-bit, or the size of
                      the file, such as 500kB or 1.5MB
  --target NAME       what --best makes a file for: wasm (processors, the default) or webgpu (graphics processors)
  -o, --out FILE      where the result is written, whole or not at all
${SAMPLES}
  --report FILE       write every figure: as a page that needs nothing else where FILE ends in .html, as Markdown where it ends in .md,
                      else as JSON. Also finds where each operator runs and compresses with brotli, which takes up to two minutes more
  --sensitivity FILE  change one layer at a time to 2, 3, 4, 6 and 8 bits, on 64 samples, and write what each costs: CSV, or JSON
                      where FILE ends in .json
  --profile           tell where operators run, what brotli saves and which form is faster here, as --report does, and also time
                      batches and every form that fits the model, which takes some minutes more
  --no-score          write the file and check it, but compare and time nothing; so it is for models above 268 MB without samples
  --in-browser        run the built page in headless Chromium: on WebGPU, and with its check against WASM. Needs a checkout
  --ep NAME           native (the default), or webgpu or wasm: as --in-browser, on this backend
${MANNER}

External data are read from where the model says, inside its own folder. No file that is read is ever written to, by any name.
All files are written whole, or none is. Fits that took long are kept for the next run, 1 GiB at most, in the system's place for
caches or the folder that WHITTLE_CACHE names; WHITTLE_CACHE= keeps nothing. CHROMIUM_PATH names the browser of --in-browser.
Weights are computed on the GPU where the package webgpu is installed and finds one, else on all cores: reports name it.
WHITTLE_COMPUTE=cpu looks for no GPU, WHITTLE_COMPUTE=webgpu takes a software renderer too.
${EXITS}`;

const INSPECT = `Usage: whittle inspect MODEL.onnx [--json]

Tells what a model is without running it: inputs, outputs and operators, its layers with shapes and sizes, and what no pass can
change, with the reason.

${MANNER}

${EXITS}`;

const COMPARE = `Usage: whittle compare A.onnx B.onnx --data card.json
       whittle compare A.onnx B.onnx [options]

Runs two models of the same inputs and outputs on the same samples: sizes, times in turns, agreement of their answers, and with
labels the accuracy of each with 95 % intervals. Without --data they are run on made-up inputs.

${SAMPLES}
${MANNER}

${EXITS}`;

const WHITTLE = `Usage: whittle [optimize] MODEL.onnx --best 4-bit --data pictures/ -o small.onnx
       whittle inspect MODEL.onnx
       whittle compare A.onnx B.onnx --data card.json

Makes ONNX models smaller and faster, and tells what each cut costs. Nothing leaves this machine.

  optimize            writes a smaller model by a recipe (--recipe), or by the best of several (--best). The default
  inspect             tells layers, sizes, operators, and what no pass can change
  compare             runs two models on the same samples

whittle COMMAND --help tells the options of a command.

Examples
  whittle model.onnx --best 8-bit --data photos/ -o small.onnx
  whittle model.onnx --best 500kB --data test.card.json -o small.onnx --report report.html
  whittle model.onnx --recipe recipe.json -o small.onnx --no-score --quiet
  whittle inspect model.onnx --json
  whittle compare model.onnx small.onnx --data test.card.json

${EXITS}`;

/** The text that is asked for. */
export function helpOf(of: Help['of']): string {
  return { whittle: WHITTLE, optimize: OPTIMIZE, inspect: INSPECT, compare: COMPARE, version: version() }[of];
}
