/** Judges every export from outside. See README.md. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { judgeOperators } from './operators';
import { casesOf, findModels, ROOT, type Case } from './cases';
import { roundTrip, runOnWeb, seededFeeds } from './web';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { python: { type: 'string', default: 'python3' }, only: { type: 'string', default: '' } },
});
const [folder] = positionals;
if (folder === undefined) throw new Error('Usage: tsx bench/judges/run.ts FOLDER [--python PYTHON] [--only REGEXP]');
const out = resolve(folder);
mkdirSync(out, { recursive: true });

const models = findModels();
const cases = casesOf(models).filter(({ model, id }) => new RegExp(values.only).test(`${model.name}.${id}`));
const failed = cases.filter((each) => !optimized(each)).map(({ model, id }) => `${model.name}.${id}`);

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

const list = cases.map(({ model, id }) => ({ model: model.name, path: model.path, id, failed: failed.includes(`${model.name}.${id}`) }));
writeFileSync(join(out, 'cases.json'), JSON.stringify(list, null, 1));
const judged = spawnSync(values.python, [join(import.meta.dirname, 'judge.py'), out], { stdio: 'inherit' });
const operators = judgeOperators(join(out, 'operators'), values.python);
process.exitCode = failed.length > 0 || judged.status !== 0 || !operators ? 1 : 0;

/** Runs the command line as a user would; a file that is there already is kept. */
function optimized({ model, id, target, passes, limit }: Case): boolean {
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
