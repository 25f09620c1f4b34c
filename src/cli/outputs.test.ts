import { spawnSync } from 'node:child_process';
import { linkSync, mkdirSync, mkdtempSync, openAsBlob, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { temporaryFor } from '../base/node/temporary';
import { Outputs, tryFolder } from './outputs';
import { InputProblem, RunProblem, writeProblem } from './problem';

let folder = '';
let [out, report] = ['', ''];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'whittle-outputs-'));
  [out, report] = [join(folder, 'out.onnx'), join(folder, 'report.json')];
});
afterEach(() => rmSync(folder, { recursive: true }));

test('all in their places at once, over what was there, and nothing else', () => {
  writeFileSync(out, 'old');
  const other = join(folder, 'other name.onnx');
  linkSync(out, other);
  const outputs = new Outputs();
  outputs.write(out, 'new');
  outputs.write(report, 'figures');
  expect(readFileSync(out, 'utf8')).toBe('old');
  outputs.commit();
  outputs.discard();
  expect([readFileSync(out, 'utf8'), readFileSync(report, 'utf8'), readFileSync(other, 'utf8')]).toEqual(['new', 'figures', 'old']);
  expect(readdirSync(folder).toSorted()).toEqual(['other name.onnx', 'out.onnx', 'report.json']);
});

test('where one cannot be put in its place, none is and the old ones stay', () => {
  writeFileSync(out, 'old');
  const [first, blocked] = [join(folder, 'first.csv'), join(folder, 'blocked')];
  const outputs = new Outputs();
  outputs.write(first, 'new');
  outputs.write(out, 'new');
  outputs.write(blocked, 'new');
  mkdirSync(join(blocked, 'full'), { recursive: true });
  expect(() => outputs.commit()).toThrow(/blocked/);
  outputs.discard();
  expect(readFileSync(out, 'utf8')).toBe('old');
  expect(readdirSync(folder).toSorted()).toEqual(['blocked', 'out.onnx']);
});

test('stopped: nothing remains, and nothing can be written any more', async () => {
  const outputs = new Outputs();
  outputs.write(report, 'figures');
  outputs.discard();
  await expect(outputs.take(import.meta.filename, out)).rejects.toThrow(RunProblem);
  await expect(outputs.take(new Blob(['x']), out)).rejects.toThrow(RunProblem);
  expect(readdirSync(folder)).toEqual([]);
});

test('bytes are written as they are, in place only when all are', async () => {
  writeFileSync(out, 'old');
  const outputs = new Outputs();
  await outputs.take(new Blob(['made', 'here']), out);
  expect(readFileSync(out, 'utf8')).toBe('old');
  outputs.commit();
  expect(readFileSync(out, 'utf8')).toBe('madehere');
});

test('bytes that lie in a file which changes meanwhile are not written', async () => {
  const opened = join(folder, 'opened.onnx');
  writeFileSync(opened, 'a model of many weights');
  const whole = new Blob(['head', (await openAsBlob(opened)).slice(2)]);
  writeFileSync(out, 'old');
  writeFileSync(opened, 'cut');
  const outputs = new Outputs();
  await expect(outputs.take(whole, out)).rejects.toThrow(/out\.onnx cannot be written: a file that its bytes come from was changed/);
  outputs.discard();
  expect(readFileSync(out, 'utf8')).toBe('old');
  expect(readdirSync(folder).toSorted()).toEqual(['opened.onnx', 'out.onnx']);
});

test('a full disk is not the fault of a path, a missing folder is', () => {
  expect(() => new Outputs().write(join(folder, 'no', 'such.json'), '')).toThrow(InputProblem);
  expect(writeProblem('x', Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' }))).toEqual(
    new RunProblem('x cannot be written: the disk is full.'),
  );
});

test('what a killed run left is taken away, what a running one writes is not, nor what only looks like it', () => {
  const { pid } = spawnSync(process.execPath, ['-e', '0']);
  const own = basename(temporaryFor(out));
  const dead = own.replace(/-[0-9]+-/, `-${pid}-`);
  const elsewhere = dead.replace(/[0-9a-f]{6}/, 'ffffff');
  for (const name of [own, dead, elsewhere, '.whittle-notes.part', `${dead}.onnx`]) writeFileSync(join(folder, name), 'x');
  tryFolder(out);
  expect(readdirSync(folder).toSorted()).toEqual([own, elsewhere, '.whittle-notes.part', `${dead}.onnx`].toSorted());
});
