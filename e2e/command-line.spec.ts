import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'playwright/test';
import { coloursModel, pictures, TORCH_CARD } from './support/colours';
import { withExternalData, withNan } from './support/models';
import { DIGITS, DIGITS_CARD } from './support/studio';

const COMMAND = ['--import', 'tsx', 'src/cli/main.ts'] as const;

function optimize(...args: readonly string[]): ReturnType<typeof optimizeWith> {
  return optimizeWith(process.env['CHROMIUM_PATH'], ...args);
}

function optimizeWith(
  chromium: string | undefined,
  ...args: readonly string[]
): { readonly code: number | null; readonly out: string; readonly lines: readonly string[] } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...COMMAND, ...args], {
    encoding: 'utf8',
    env: { ...process.env, WHITTLE_CACHE: '', ...(chromium === undefined ? {} : { CHROMIUM_PATH: chromium }) },
  });
  return { code: status, out: stdout, lines: stderr.trim().split('\n') };
}

function recipe(folder: string, passes: unknown): string {
  const path = join(folder, 'recipe.json');
  writeFileSync(path, JSON.stringify({ version: 1, target: 'wasm', passes }));
  return path;
}

for (const [where, provider, option] of [
  ['in its own process', 'native', []],
  ['in the browser', 'wasm', ['--in-browser']],
] as const)
  test(`${where}: writes the file whole, a table, and a report with every field`, () => {
    const folder = test.info().outputPath();
    mkdirSync(folder, { recursive: true });
    const [out, report] = [join(folder, 'small.onnx'), join(folder, 'report.json')];
    const passes = [
      { id: 'fold-batchnorm' },
      { id: 'prune-weights', options: { sparsity: 0.6 } },
      { id: 'quantize-weights', options: { bits: 4 } },
    ];
    const run = optimize(
      DIGITS,
      '--recipe',
      recipe(folder, passes),
      '--out',
      out,
      '--card',
      DIGITS_CARD,
      '--limit',
      '500',
      '--report',
      report,
      ...option,
    );
    expect(run.lines.join('\n')).not.toContain('Error');
    expect(run.code).toBe(0);
    expect(run.out).toMatch(/top-1/i);
    const figures = JSON.parse(readFileSync(report, 'utf8'));
    expect(figures).toMatchObject({
      version: 1,
      model: { name: 'digits.onnx', bytes: 322117, opset: 13 },
      environment: { ep: provider },
      before: { bytes: 322117, accuracy: { samples: 500 } },
      after: { bytes: readFileSync(out).length, accuracy: { samples: 500 } },
      checks: { crossEp: { ok: true } },
    });
    expect(figures.before.latencyMs.runs).toBeGreaterThanOrEqual(20);
    expect(figures.after.accuracy.top1).toBeGreaterThan(90);
    expect(figures.layers).toHaveLength(5);
    expect(figures.layers[0]).toMatchObject({ name: 'conv1', op: 'Conv', bits: 4 });
    expect(readdirSync(folder).toSorted()).toEqual(['recipe.json', 'report.json', 'small.onnx']);
  });

test('samples without a card are searched for their preset; a card that was given is warned of, and not overruled', () => {
  const folder = test.info().outputPath();
  for (const { path, bytes } of pictures(20)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
  const [model, card, report] = [join(folder, 'colours.onnx'), join(folder, 'card.json'), join(folder, 'report.json')];
  writeFileSync(model, coloursModel());
  writeFileSync(card, JSON.stringify(TORCH_CARD));
  const rest = ['--recipe', recipe(folder, [{ id: 'quantize-weights' }]), '--out', join(folder, 'out.onnx')];

  const found = optimize(model, ...rest, '--samples', join(folder, 'pictures'));
  expect(found.code, found.lines.join('\n')).toBe(0);
  expect(found.lines.join('\n')).toMatch(
    /Taken, since it is clearly better: caffe, BGR: 100 % of 64 right\..* As the card was, torch, RGB/,
  );
  expect(found.lines.join('\n')).not.toContain('Warning');
  expect(found.out).toMatch(/^top-1 +100\.00 % .*80 samples$/m);

  const warned = optimize(model, ...rest, '--card', card, '--report', report);
  expect(warned.code, warned.lines.join('\n')).toBe(0);
  const said = warned.lines.join('\n');
  expect(said).toMatch(/Warning: The original's accuracy cannot be told from chance: \d+ of 80 samples right/);
  expect(said).toContain('the card stays as it was given, but another preset is clearly better. caffe, BGR: 100 % of 64 right');
  expect(warned.out).toMatch(/^top-1 +- +- +cannot be told from chance, 80 samples$/m);
  expect(warned.out).not.toMatch(/top-5/);
  expect(JSON.parse(readFileSync(report, 'utf8'))).toMatchObject({
    chance: { told: false, samples: 80 },
    card: { input: { mean: [123.675, 116.28, 103.53] } },
  });
});

test('the best of a goal in the place of a recipe: what was tried is told; a goal out of reach writes nothing', () => {
  const folder = test.info().outputPath();
  mkdirSync(folder, { recursive: true });
  const [out, report] = [join(folder, 'small.onnx'), join(folder, 'report.json')];
  const run = optimize(DIGITS, '--best', '4-bit', '--card', DIGITS_CARD, '--limit', '300', '--out', out, '--report', report);
  expect(run.code, run.lines.join('\n')).toBe(0);
  expect(run.lines.join('\n')).toMatch(/was chosen, of \d+ compared on 128 samples that no pass had learned from/);
  expect(readFileSync(out).length).toBeLessThan(60_000);
  expect(JSON.parse(readFileSync(report, 'utf8'))).toMatchObject({ asked: { by: 'best', goal: { kind: 'bits', bits: 4 } } });

  const none = optimize(DIGITS, '--best', '2kB', '--out', join(folder, 'none.onnx'), '--no-score');
  expect(none.code, none.lines.join('\n')).toBe(2);
  expect(none.lines.at(-1)).toMatch(/2000 bytes cannot be kept/);
  const quick = optimize(DIGITS, '--best', '8-bit', '--out', join(folder, 'quick.onnx'), '--no-score');
  expect(quick.code, quick.lines.join('\n')).toBe(0);
  expect(quick.out).toMatch(/^latency, median +- +- /m);
  expect(readdirSync(folder).toSorted()).toEqual(['quick.onnx', 'report.json', 'small.onnx']);
});

test('tells bad input in one line, exits 2 and writes nothing', () => {
  const folder = test.info().outputPath();
  mkdirSync(folder, { recursive: true });
  const out = join(folder, 'out.onnx');
  const good = recipe(folder, [{ id: 'quantize-weights' }]);
  const bad = join(folder, 'bad.json');
  writeFileSync(bad, JSON.stringify({ version: 1, target: 'wasm', passes: [{ id: 'quantize-weights', options: { bits: 12 } }] }));
  const unknown = join(folder, 'unknown.json');
  writeFileSync(unknown, JSON.stringify({ version: 1, target: 'wasm', passes: [{ id: 'shrink' }] }));
  for (const [args, message] of [
    [[], /No model was given/],
    [['missing.onnx', '--recipe', good, '--out', out], /missing\.onnx does not exist/],
    [[DIGITS, '--recipe', bad, '--out', out], /bits.*12|12.*bits/],
    [[DIGITS, '--recipe', unknown, '--out', out], /"shrink"/],
    [[DIGITS, '--recipe', good, '--out', join(folder, 'no', 'such', 'out.onnx')], /cannot be written/],
    [[DIGITS, '--recipe', good, '--out', out, '--ep', 'tpu'], /--ep is "tpu"/],
  ] as const) {
    const run = optimize(...args);
    expect(run.code, run.lines.join('\n')).toBe(2);
    expect(run.lines).toHaveLength(1);
    expect(run.lines[0]).toMatch(message);
  }
  expect(existsSync(out)).toBe(false);
});

test('weights that are no numbers: one line, exit 2, no file', () => {
  const folder = test.info().outputPath();
  mkdirSync(folder, { recursive: true });
  const [model, out] = [join(folder, 'nan.onnx'), join(folder, 'out.onnx')];
  writeFileSync(model, withNan());
  const run = optimize(model, '--recipe', recipe(folder, [{ id: 'quantize-weights' }]), '--out', out);
  expect(run.code).toBe(2);
  expect(run.lines.at(-1)).toMatch(/fc1.*NaN|NaN.*fc1/);
  expect(readdirSync(folder).toSorted()).toEqual(['nan.onnx', 'recipe.json']);
});

test('external data are read where the model says, and what stays float is told', () => {
  const folder = test.info().outputPath();
  mkdirSync(folder, { recursive: true });
  const { model, data } = withExternalData();
  writeFileSync(join(folder, 'net.onnx'), model);
  writeFileSync(join(folder, 'weights.bin'), data);
  const run = optimize(
    join(folder, 'net.onnx'),
    '--recipe',
    recipe(folder, [{ id: 'quantize-weights', layers: { exclude: ['conv1'] } }]),
    '--out',
    join(folder, 'small.onnx'),
  );
  expect(run.code, run.lines.join('\n')).toBe(0);
  expect(run.out).toMatch(/4 of 5 weights, 99\.\d % of their bytes, are stored in 8 bits\. 1 stays float32\./);
  expect(run.out).toContain('stays: conv1: quantize-weights: the recipe leaves it out.');
});

test('a browser that is none, or does not start: one line, an exit code, and the command ends', () => {
  const folder = test.info().outputPath();
  mkdirSync(folder, { recursive: true });
  const args = [DIGITS, '--recipe', recipe(folder, [{ id: 'quantize-weights' }]), '--out', join(folder, 'out.onnx'), '--in-browser'];
  const broken = join(folder, 'broken');
  writeFileSync(broken, '#!/bin/sh\necho "error while loading libfoo.so" >&2\nexit 127\n');
  chmodSync(broken, 0o755);
  for (const [path, code, message] of [
    [join(folder, 'none'), 2, /CHROMIUM_PATH names .*none, which is no program/],
    ['/bin/true', 2, /CHROMIUM_PATH names .*true, which is no Chromium/],
    [broken, 1, /Chromium .*broken.* does not start: error while loading libfoo\.so/],
  ] as const) {
    const run = optimizeWith(path, ...args);
    expect(run.code, run.lines.join('\n')).toBe(code);
    expect(run.lines).toHaveLength(1);
    expect(run.lines[0]).toMatch(message);
  }
  expect(readdirSync(folder).toSorted()).toEqual(['broken', 'recipe.json']);
});

for (const [where, option] of [
  ['in its own process', []],
  ['in the browser', ['--in-browser']],
] as const)
  test(`stopped half-way ${where}: nothing is left behind`, async () => {
    const folder = test.info().outputPath();
    mkdirSync(folder, { recursive: true });
    const args = [DIGITS, '--recipe', recipe(folder, [{ id: 'quantize-weights' }]), '--out', join(folder, 'out.onnx')];
    const command = spawn(process.execPath, [...COMMAND, ...args, ...option], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, WHITTLE_CACHE: '' },
    });
    command.stderr.on('data', (said: Buffer) => {
      if (said.includes('Running the recipe')) command.kill('SIGTERM');
    });
    expect(await once(command, 'exit')).toEqual([143, null]);
    expect(readdirSync(folder)).toEqual(['recipe.json']);
  });
