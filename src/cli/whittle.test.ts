import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { coloursModel, pictures, TORCH_CARD } from '../../e2e/support/colours';
import { withExternalData, withNan } from '../../e2e/support/models';
import { temporaryFor } from '../base/node/temporary';
import { DIGITS, DIGITS_CARD, recipeText, tempFolder, whittle, type Ran } from './testing/command';

const PLAIN = recipeText({ id: 'quantize-weights' });

let folder: ReturnType<typeof tempFolder> | null = null;
afterEach(() => {
  folder?.remove();
  folder = null;
});

function put(content: Readonly<Record<string, string | Uint8Array>>): (name?: string) => string {
  folder = tempFolder(content);
  return folder.at;
}

function files(): string[] {
  return readdirSync(folder?.at() ?? '').toSorted();
}

function fine({ end, lines }: Ran): void {
  expect(end, lines.join('\n')).toBe(0);
}

test('writes the file whole, a table, and a report with every field', async () => {
  const passes = [
    { id: 'fold-batchnorm' },
    { id: 'prune-weights', options: { sparsity: 0.6 } },
    { id: 'quantize-weights', options: { bits: 4 } },
  ];
  const at = put({ 'recipe.json': recipeText(...passes) });
  const [out, report] = [at('small.onnx'), at('report.json')];
  const run = await whittle([
    DIGITS,
    '--recipe',
    at('recipe.json'),
    '--out',
    out,
    '--card',
    DIGITS_CARD,
    '--limit',
    '500',
    '--report',
    report,
  ]);
  fine(run);
  expect(run.lines.join('\n')).not.toContain('Error');
  expect(run.out).toMatch(/top-1/i);
  const figures = JSON.parse(readFileSync(report, 'utf8'));
  expect(figures).toMatchObject({
    version: 1,
    model: { name: 'digits.onnx', bytes: 322117, opset: 13 },
    environment: { ep: 'native' },
    before: { bytes: 322117, accuracy: { samples: 500 } },
    after: { bytes: readFileSync(out).length, accuracy: { samples: 500 } },
    checks: { crossEp: { ok: true } },
  });
  expect(figures.before.latencyMs.runs).toBeGreaterThanOrEqual(20);
  expect(figures.after.accuracy.top1).toBeGreaterThan(90);
  expect(figures.layers).toHaveLength(5);
  expect(figures.layers[0]).toMatchObject({ name: 'conv1', op: 'Conv', bits: 4 });
  expect(figures.truth.length).toBeGreaterThan(0);
  expect(files()).toEqual(['recipe.json', 'report.json', 'small.onnx']);
});

test('samples without a card are searched for their preset; a card that was given is warned of, and not overruled', async () => {
  const at = put({
    ...Object.fromEntries(pictures(20).map(({ path, bytes }) => [path, bytes])),
    'colours.onnx': coloursModel(),
    'card.json': JSON.stringify(TORCH_CARD),
    'recipe.json': PLAIN,
  });
  const rest = [at('colours.onnx'), '--recipe', at('recipe.json'), '--out', at('out.onnx')];
  const found = await whittle([...rest, '--data', at('pictures')]);
  fine(found);
  expect(found.lines.join('\n')).toMatch(
    /Taken, since it is clearly better: caffe, BGR: 100 % of 64 right\..* As the card was, torch, RGB/,
  );
  expect(found.lines.join('\n')).not.toContain('Warning');
  expect(found.out).toMatch(/^top-1 +100\.00 % .*80 samples$/m);

  const warned = await whittle([...rest, '--card', at('card.json'), '--report', at('report.json')]);
  fine(warned);
  const said = warned.lines.join('\n');
  expect(said).toMatch(/Warning: The original's accuracy cannot be told from chance: \d+ of 80 samples right/);
  expect(said).toContain('the card stays as it was given, but another preset is clearly better. caffe, BGR: 100 % of 64 right');
  expect(warned.out).toMatch(/^top-1 +- +- +cannot be told from chance, 80 samples$/m);
  expect(warned.out).not.toMatch(/top-5/);
  expect(JSON.parse(readFileSync(at('report.json'), 'utf8'))).toMatchObject({
    chance: { told: false, samples: 80 },
    card: { input: { mean: [123.675, 116.28, 103.53] } },
  });
});

test('the best of a goal in the place of a recipe: what was tried is told; a goal out of reach writes nothing', async () => {
  const at = put({});
  const run = await whittle([
    DIGITS,
    '--best',
    '4-bit',
    '--data',
    DIGITS_CARD,
    '--limit',
    '300',
    '--calibration',
    '32',
    '-o',
    at('small.onnx'),
    '--json',
  ]);
  fine(run);
  expect(run.out).toMatch(/was chosen, of \d+ compared on 128 samples that no pass had learned from/);
  expect(readFileSync(at('small.onnx')).length).toBeLessThan(60_000);
  expect(JSON.parse(run.out.trim().split('\n').at(-1) ?? '')).toMatchObject({
    report: { asked: { by: 'best', goal: { kind: 'bits', bits: 4 } } },
  });

  const none = await whittle([DIGITS, '--best', '2kB', '--out', at('none.onnx'), '--no-score']);
  expect(none.end, none.lines.join('\n')).toBe(2);
  expect(none.lines.at(-1)).toMatch(/2000 bytes cannot be kept/);
  const quick = await whittle([DIGITS, '--best', '8-bit', '--out', at('quick.onnx'), '--no-score']);
  fine(quick);
  expect(quick.out).toMatch(/^latency, median +- +- /m);
  expect(files()).toEqual(['quick.onnx', 'small.onnx']);
});

test('tells bad input in one line, exits 2 and writes nothing', async () => {
  const at = put({
    'good.json': PLAIN,
    'bad.json': recipeText({ id: 'quantize-weights', options: { bits: 12 } }),
    'unknown.json': recipeText({ id: 'shrink' }),
    'nan.onnx': withNan(),
    'text.onnx': 'hello',
  });
  const out = ['--out', at('out.onnx')];
  const good = ['--recipe', at('good.json')];
  for (const [args, message] of [
    [[], /No model was given/],
    [[at('missing.onnx'), ...good, ...out], /missing\.onnx does not exist/],
    [[DIGITS, '--recipe', at('bad.json'), ...out], /bits.*12|12.*bits/],
    [[DIGITS, '--recipe', at('unknown.json'), ...out], /"shrink"/],
    [[DIGITS, ...good, '--out', at('no/such/out.onnx')], /cannot be written/],
    [[DIGITS, ...good, ...out, '--ep', 'tpu'], /--ep is "tpu"/],
    [['optimise', DIGITS], /Did you mean optimize\?/],
    [['inspect', at('text.onnx')], /text\.onnx/],
    [['compare', DIGITS, at('text.onnx'), '--quiet'], /text\.onnx/],
    [[at('nan.onnx'), ...good, ...out, '--quiet'], /fc1.*NaN|NaN.*fc1/],
  ] as const) {
    const run = await whittle(args);
    expect(run.end, run.lines.join('\n')).toBe(2);
    expect(run.lines).toHaveLength(1);
    expect(run.lines[0]).toMatch(message);
    expect(run.out).toBe('');
  }
  expect(existsSync(at('out.onnx'))).toBe(false);
});

test('external data are read where the model says, and what stays float is told', async () => {
  const { model, data } = withExternalData();
  const recipe = recipeText({ id: 'quantize-weights', layers: { exclude: ['conv1'] } });
  const at = put({ 'net.onnx': model, 'weights.bin': data, 'recipe.json': recipe });
  const run = await whittle([at('net.onnx'), '--recipe', at('recipe.json'), '--out', at('small.onnx')]);
  fine(run);
  expect(run.out).toMatch(/4 of 5 weights, 99\.\d % of their bytes, are stored in 8 bits\. 1 stays float32\./);
  expect(run.out).toContain('stays: conv1: quantize-weights: the recipe leaves it out.');
});

test('inspect: layers and sizes in a table, or as JSON', async () => {
  const { out, end } = await whittle(['inspect', DIGITS]);
  expect(end).toBe(0);
  expect(out).toMatch(/^fc1 +Gemm +96×576 +float32 +55,296 +221.kB +69\.6 % +55\.3.k$/m);
  expect(out).toMatch(/^operators +16: Relu 4, Conv 3,/m);
  expect(out).toContain('Passes can change all of its large constants.');
  const json = await whittle(['inspect', DIGITS, '--json']);
  expect(JSON.parse(json.out)).toMatchObject({
    event: 'result',
    command: 'inspect',
    summary: { name: 'digits.onnx', opset: 13, ops: { Conv: 3 } },
    layers: [{ id: 'conv1', shape: [16, 1, 3, 3] }, {}, {}, {}, {}],
    skipped: [],
  });
});

test('compare: two files on the same samples, and which of them is wrong where they do not fit', async () => {
  const at = put({ 'recipe.json': recipeText({ id: 'quantize-weights', options: { bits: 4 } }), 'colours.onnx': coloursModel() });
  const small = at('small.onnx');
  fine(await whittle([DIGITS, '--recipe', at('recipe.json'), '-o', small, '--no-score', '-q']));
  const run = await whittle(['compare', DIGITS, small, '--data', DIGITS_CARD, '--limit', '200', '--json']);
  fine(run);
  const result = JSON.parse(run.out.trim().split('\n').at(-1) ?? '');
  expect(result).toMatchObject({
    event: 'result',
    models: [DIGITS, small],
    before: { bytes: 322117, accuracy: { samples: 200 } },
    after: { bytes: readFileSync(small).length, accuracy: { samples: 200 } },
    agreement: { of: 'file', samples: 200, outputs: [{ name: 'scores' }] },
    paired: {},
  });
  expect(result.agreement.outputs[0].kl).toBeGreaterThan(0);
  const self = await whittle(['compare', small, small]);
  expect(self.out).toMatch(/^ +first +second$/m);
  expect(self.out).toMatch(/^agreement, top-1 +100\.00 %/m);
  const other = await whittle(['compare', DIGITS, at('colours.onnx'), '-q']);
  expect([other.end, other.lines]).toEqual([
    2,
    [expect.stringMatching(/"digits\.onnx" has the output "scores"; "colours\.onnx" has none/)],
  ]);
});

test('--json: one event a line and nothing else; --quiet: nothing at all', async () => {
  const at = put({ 'recipe.json': PLAIN });
  const args = [DIGITS, '--recipe', at('recipe.json'), '-o', at('small.onnx'), '--no-score'];
  const run = await whittle([...args, '--json']);
  fine(run);
  expect(run.lines).toEqual(['']);
  const events = run.out
    .trim()
    .split('\n')
    .map((line): { event: string } => JSON.parse(line));
  expect(new Set(events.map(({ event }) => event))).toEqual(new Set(['step', 'progress', 'result']));
  expect(events.at(-1)).toMatchObject({
    files: { out: at('small.onnx') },
    report: { after: { bytes: readFileSync(at('small.onnx')).length } },
  });
  const bad = await whittle([...args, '--best', '4-bit', '--json']);
  expect(JSON.parse(bad.out)).toEqual({ event: 'error', message: expect.stringMatching(/--recipe and --best/), exit: 2 });
  const quiet = await whittle([...args, '--quiet']);
  expect([quiet.end, quiet.out, quiet.lines]).toEqual([0, '', ['']]);
});

test.each([
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const)('%s half-way: nothing is left behind', async (signal, code) => {
  const at = put({ 'recipe.json': PLAIN });
  const run = await whittle([DIGITS, '--recipe', at('recipe.json'), '--out', at('out.onnx')], {
    onSaid: (text, child) => text.includes('Running the recipe') && child.kill(signal),
  });
  expect(run.end).toBe(code);
  expect(run.lines.at(-1)).toBe('Stopped: nothing was written.');
  expect(files()).toEqual(['recipe.json']);
});

test('killed half-way: what was there stays, and the next run takes away what the killed one had begun', async () => {
  const at = put({ 'recipe.json': PLAIN, 'out.onnx': 'old' });
  const args = [DIGITS, '--recipe', at('recipe.json'), '--out', at('out.onnx'), '--no-score'];
  let pid = 0;
  const killed = await whittle(args, {
    onSaid: (text, child) => {
      pid = child.pid ?? 0;
      if (text.includes('Running the recipe')) child.kill('SIGKILL');
    },
  });
  expect([killed.end, readFileSync(at('out.onnx'), 'utf8'), files()]).toEqual(['SIGKILL', 'old', ['out.onnx', 'recipe.json']]);
  writeFileSync(temporaryFor(at('out.onnx')).replace(/-[0-9]+-/, `-${pid}-`), 'begun');
  expect(files()).toHaveLength(3);
  fine(await whittle(args));
  expect(files()).toEqual(['out.onnx', 'recipe.json']);
  expect(readFileSync(at('out.onnx')).length).toBeGreaterThan(10_000);
});

test('no room for the file: one line, and what was there stays', async () => {
  const at = put({ 'recipe.json': PLAIN, 'out.onnx': 'old' });
  const args = [DIGITS, '--recipe', at('recipe.json'), '--out', at('out.onnx'), '--no-score', '--quiet'];
  const run = await whittle(args, { first: 'ulimit -f 8' });
  expect([run.end, run.lines]).toEqual([1, [expect.stringMatching(/out\.onnx cannot be written: it is larger than files may be here\.$/)]]);
  expect([readFileSync(at('out.onnx'), 'utf8'), files()]).toEqual(['old', ['out.onnx', 'recipe.json']]);
});

test('two runs at once into one file, by one cache: both end well, and the file is whole', async () => {
  const at = put({
    'recipe.json': recipeText({ id: 'quantize-weights', options: { bits: 4, rounding: 'gptq' }, layers: { include: ['conv2'] } }),
  });
  const args = [
    DIGITS,
    '--recipe',
    at('recipe.json'),
    '--data',
    DIGITS_CARD,
    '--calibration',
    '16',
    '--limit',
    '50',
    '--out',
    at('out.onnx'),
    '--no-score',
  ];
  const env = { WHITTLE_CACHE: at('cache') };
  for (const run of await Promise.all([whittle(args, { env }), whittle(args, { env })])) fine(run);
  expect(files().filter((name) => name !== 'cache')).toEqual(['out.onnx', 'recipe.json']);
  const whole = await whittle(['compare', DIGITS, at('out.onnx'), '-q']);
  fine(whole);
});
