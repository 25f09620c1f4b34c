/** The command on the built page (`--in-browser`). What it does in its own process: src/cli/whittle.test.ts. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'playwright/test';
import { bundledCommand } from '../scripts/bundle-command.mjs';
import { DIGITS, DIGITS_CARD } from './support/studio';

let command = '';
test.beforeAll(async () => {
  command = await bundledCommand();
});

function inBrowser(
  chromium: string | undefined,
  ...args: readonly string[]
): { readonly code: number | null; readonly out: string; readonly lines: readonly string[] } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...args, '--in-browser'], {
    encoding: 'utf8',
    env: { ...process.env, ...(chromium === undefined ? {} : { CHROMIUM_PATH: chromium }) },
  });
  return { code: status, out: stdout, lines: stderr.trim().split('\n') };
}

function recipe(folder: string, passes: unknown): string {
  const path = join(folder, 'recipe.json');
  writeFileSync(path, JSON.stringify({ version: 1, target: 'wasm', passes }));
  return path;
}

test('writes the file whole, with figures of the page on WASM', () => {
  const folder = test.info().outputPath();
  mkdirSync(folder, { recursive: true });
  const out = join(folder, 'small.onnx');
  const passes = [{ id: 'fold-batchnorm' }, { id: 'quantize-weights', options: { bits: 4 } }];
  const path = recipe(folder, passes);
  const run = inBrowser(undefined, DIGITS, '--recipe', path, '-o', out, '--data', DIGITS_CARD, '--limit', '200', '--json');
  expect(run.code, run.lines.join('\n')).toBe(0);
  const events = run.out.trim().split('\n');
  expect(events.some((line) => line.includes('"stage":"Quantizing'))).toBe(true);
  const { report } = JSON.parse(events.at(-1) ?? '');
  expect(report).toMatchObject({
    version: 1,
    model: { name: 'digits.onnx', bytes: 322117, opset: 13 },
    environment: { ep: 'wasm' },
    before: { bytes: 322117, accuracy: { samples: 200 } },
    after: { bytes: readFileSync(out).length, accuracy: { samples: 200 } },
    checks: { crossEp: { ok: true } },
  });
  expect(report.before.latencyMs.runs).toBeGreaterThanOrEqual(20);
  expect(report.after.accuracy.top1).toBeGreaterThan(90);
  expect(report.layers[0]).toMatchObject({ name: 'conv1', op: 'Conv', bits: 4 });
  expect(readdirSync(folder).toSorted()).toEqual(['recipe.json', 'small.onnx']);
});

test('a browser that is none, or does not start: one line, an exit code, and the command ends', () => {
  const folder = test.info().outputPath();
  mkdirSync(folder, { recursive: true });
  const args = [DIGITS, '--recipe', recipe(folder, [{ id: 'quantize-weights' }]), '--out', join(folder, 'out.onnx')];
  const broken = join(folder, 'broken');
  writeFileSync(broken, '#!/bin/sh\necho "error while loading libfoo.so" >&2\nexit 127\n');
  chmodSync(broken, 0o755);
  for (const [path, code, message] of [
    [join(folder, 'none'), 2, /CHROMIUM_PATH names .*none, which is no program/],
    ['/bin/true', 2, /CHROMIUM_PATH names .*true, which is no Chromium/],
    [broken, 1, /Chromium .*broken.* does not start: error while loading libfoo\.so/],
  ] as const) {
    const run = inBrowser(path, ...args);
    expect(run.code, run.lines.join('\n')).toBe(code);
    expect(run.lines).toHaveLength(1);
    expect(run.lines[0]).toMatch(message);
  }
  expect(readdirSync(folder).toSorted()).toEqual(['broken', 'recipe.json']);
});

test('stopped half-way: nothing is left behind', async () => {
  const folder = test.info().outputPath();
  mkdirSync(folder, { recursive: true });
  const args = [DIGITS, '--recipe', recipe(folder, [{ id: 'quantize-weights' }]), '--out', join(folder, 'out.onnx')];
  const run = spawn(process.execPath, [command, ...args, '--in-browser'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  run.stderr.on('data', (said: Buffer) => {
    if (said.includes('Running the recipe')) run.kill('SIGTERM');
  });
  expect(await once(run, 'exit')).toEqual([143, null]);
  expect(readdirSync(folder)).toEqual(['recipe.json']);
});
