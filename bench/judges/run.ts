/** Judges every export from outside. See README.md. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { judgeOperators } from './operators';
import { defineBench, UsageProblem } from '../harness/bench';
import { ROOT } from '../harness/machine';
import { pythonOf } from '../harness/python';
import { casesOf, findModels, type Case, type Model } from './cases';
import { roundTrip, runOnWeb, seededFeeds } from './web';

export const bench = defineBench({
  what: 'Exports judged by the onnx package and native onnxruntime in Python: round trips, forms, bytes, zeros.',
  usage: 'FOLDER [--only REGEXP]',
  options: { only: { type: 'string', default: '' } },
  async run({ values, positionals: [folder], figure }) {
    if (folder === undefined) throw new UsageProblem('A folder for the files is needed.');
    const out = resolve(folder);
    mkdirSync(out, { recursive: true });
    const python = pythonOf('judges');
    const models = findModels();
    const cases = casesOf(models).filter(({ model, id }) => new RegExp(values.only).test(`${model.name}.${id}`));
    const failed = cases.filter((each) => !optimized(each, out)).map(({ model, id }) => `${model.name}.${id}`);
    await runAll(models, cases, out);
    const list = cases.map(({ model, id }) => ({
      model: model.name,
      path: model.path,
      id,
      failed: failed.includes(`${model.name}.${id}`),
    }));
    writeFileSync(join(out, 'cases.json'), JSON.stringify(list, null, 1));
    const judged = spawnSync(python, [join(import.meta.dirname, 'judge.py'), out], {
      stdio: ['ignore', 'pipe', 'inherit'],
      encoding: 'utf8',
    });
    console.log(judged.stdout);
    figure('files judged', 'files', cases.length);
    figure('not written', 'files', failed.length);
    figure('lines that failed', 'lines', Number(/(\d+) lines failed/.exec(judged.stdout)?.[1]));
    figure('operator tests kept whole (1: yes)', '', judgeOperators(join(out, 'operators'), python) ? 1 : 0);
  },
});

/** The same inputs through originals and results on onnxruntime-web, for the judge. */
async function runAll(models: readonly Model[], cases: readonly Case[], out: string): Promise<void> {
  for (const model of models.filter((each) => cases.some((c) => c.model === each))) {
    const copy = join(out, `${model.name}.copy.onnx`);
    roundTrip(model.path, copy);
    const feeds = await seededFeeds(model.path);
    await runOnWeb(model.path, feeds, join(out, model.name));
    for (const { id } of cases.filter((c) => c.model === model)) {
      const file = join(out, `${model.name}.${id}`);
      if (existsSync(`${file}.onnx`)) await runOnWeb(`${file}.onnx`, feeds, file);
    }
  }
}

/** Runs the command line as a user would; a file that is there already is kept. */
function optimized({ model, id, target, passes, limit }: Case, out: string): boolean {
  const file = join(out, `${model.name}.${id}`);
  if (existsSync(`${file}.onnx`) && existsSync(`${file}.report.json`)) return true;
  writeFileSync(`${file}.recipe.json`, JSON.stringify({ version: 1, target, passes }));
  const scored = limit !== null && model.card !== null ? ['--card', model.card, '--limit', String(limit)] : [];
  const args = [
    'run',
    '--silent',
    'optimize',
    '--',
    model.path,
    '--recipe',
    `${file}.recipe.json`,
    '--out',
    `${file}.onnx`,
    '--report',
    `${file}.report.json`,
    ...scored,
  ];
  const startedAt = Date.now();
  const { status, stdout, stderr } = spawnSync('npm', args, { cwd: ROOT, encoding: 'utf8' });
  console.log(`${model.name}.${id}: exit ${status} after ${((Date.now() - startedAt) / 1000).toFixed(0)} s`);
  if (status !== 0) console.log(stdout, stderr);
  return status === 0;
}
