/**
 * Runs one bench and keeps its figures with the machine, the versions and the commit: `npm run bench -- NAME [ARGUMENTS]`. Without a name
 * it lists them; `page` writes the page that shows the figures over time; `venv` makes the Python environments of peers and judges.
 */
import { parseArgs } from 'node:util';
import { BENCHES } from './benches';
import { type Bench, UsageProblem } from './harness/bench';
import { describeFigure, figureOf, type Figure } from './harness/figures';
import { describeMachine, describeState } from './harness/machine';
import { writePage } from './harness/page';
import { pythonOf } from './harness/python';
import { keepRun, nameOnly, readRuns } from './harness/records';

const [name, ...args] = process.argv.slice(2);
process.exitCode = await main();
// Runtimes keep threads that would hold the process up.
process.exit();

async function main(): Promise<number> {
  if (name === undefined) return list();
  if (name === 'page') {
    console.log(writePage(readRuns()));
    return 0;
  }
  if (name === 'venv') {
    for (const bench of args.length > 0 ? args : ['peers', 'judges']) console.log(pythonOf(bench));
    return 0;
  }
  const load = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined;
  if (load === undefined) {
    console.error(`There is no bench "${name}". Without a name all are listed.`);
    return 2;
  }
  return run(name, await load());
}

async function list(): Promise<number> {
  console.log('npm run bench -- NAME [ARGUMENTS]\n');
  for (const [each, load] of Object.entries(BENCHES)) {
    const { what, usage } = await load();
    console.log(`  ${each} ${usage}\n      ${what}`);
  }
  console.log('  page\n      Writes bench/results/index.html: every figure over time.');
  console.log('  venv [FOLDER ...]\n      Makes the Python environments of peers and judges ahead of time.');
  return 0;
}

async function run(bench: string, { options, usage, run: work }: Bench): Promise<number> {
  const state = describeState();
  const machine = describeMachine();
  const date = new Date().toISOString();
  const from = performance.now();
  const figures: Figure[] = [];
  const details: Record<string, unknown> = {};
  try {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
    await work({
      values,
      positionals,
      say: (line) => console.log(line),
      figure: (...given) => {
        const figure = figureOf(...given);
        figures.push(figure);
        console.log(`${figure.name}: ${describeFigure(figure)}`);
        return figure;
      },
      keep: (key, detail) => (details[key] = detail),
    });
  } catch (error) {
    if (!(error instanceof UsageProblem) && !(error instanceof TypeError && 'code' in error)) throw error;
    console.error(`${error.message}\nnpm run bench -- ${bench} ${usage}`);
    return 2;
  }
  if (figures.length === 0) return 0;
  const seconds = Math.round((performance.now() - from) / 1000);
  const kept = keepRun({ bench, arguments: args.map(nameOnly), date, ...state, machine, seconds, figures, details });
  console.log(`Kept in ${kept}; npm run bench -- page shows it beside the others.`);
  return 0;
}
