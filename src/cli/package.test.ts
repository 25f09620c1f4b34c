/** The tarball as a person installs it, in an empty folder, without the network. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pictures } from '../../e2e/support/colours';
import { DIGITS, recipeText, tempFolder } from './testing/command';

const ROOT = join(import.meta.dirname, '../..');
const RUNTIME = join(ROOT, 'node_modules/onnxruntime-node');

const folder = tempFolder({ 'recipe.json': recipeText({ id: 'quantize-weights' }), 'package.json': '{"private": true, "type": "module"}' });
const { at } = folder;
afterAll(() => folder.remove());

interface Ran {
  readonly status: number | null;
  readonly out: string;
  readonly lines: readonly string[];
}

function run(program: string, ...args: readonly string[]): Ran {
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd: at(),
    encoding: 'utf8',
    env: { ...process.env, WHITTLE_CACHE: '' },
    shell: process.platform === 'win32',
  });
  return { status, out: stdout, lines: stderr.trim().split('\n') };
}

function fine({ status, out, lines }: Ran): string {
  expect(status, [out, ...lines].join('\n')).toBe(0);
  return out;
}

const INSTALL = ['install', '--offline', '--omit=optional', '--no-audit', '--no-fund', '--loglevel=error'];

beforeAll(() => {
  const packed = spawnSync('npm', ['pack', '--silent', '--pack-destination', at()], { cwd: ROOT, encoding: 'utf8' });
  expect(packed.status, packed.stderr).toBe(0);
  fine(run('npm', ...INSTALL, at('whittle-0.1.0.tgz')));
}, 300_000);

test('holds the command, the library and their types: no page, and nothing to install beside', () => {
  const installed = readdirSync(at('node_modules')).filter((name) => !name.startsWith('.'));
  expect(installed).toEqual(['whittle']);
  const names = readdirSync(at('node_modules/whittle'), { recursive: true, encoding: 'utf8' });
  expect(names).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'dist-node', 'package.json']));
  expect(names.filter((name) => /\.html$|^src|\.wasm$/.test(name))).toEqual([]);
  expect(names).toContain(join('dist-node', 'third-party-notices.txt'));
  expect(statSync(at('whittle-0.1.0.tgz')).size).toBeLessThan(1_000_000);
  const code = names.filter((name) => name.endsWith('.js')).map((name) => readFileSync(at(join('node_modules/whittle', name)), 'utf8'));
  expect(code.some((text) => /react|zustand/i.test(text))).toBe(false);
});

/** As `npx whittle`, which was tried once. */
function whittle(...args: readonly string[]): Ran {
  return run(process.execPath, at('node_modules/whittle/dist-node/whittle.js'), ...args);
}

test('npx whittle: what needs no runtime works at once; what does names the command that brings it', () => {
  expect(fine(run('npx', 'whittle', 'inspect', DIGITS))).toMatch(/^fc1 +Gemm/m);
  const missing = whittle(DIGITS, '--recipe', 'recipe.json', '-o', 'small.onnx', '--quiet');
  expect([missing.status, missing.lines]).toEqual([
    2,
    [expect.stringMatching(/^onnxruntime-node.* not installed\. Run: npm install onnxruntime-node$/)],
  ]);
  const page = whittle(DIGITS, '--recipe', 'recipe.json', '-o', 'small.onnx', '--in-browser');
  expect([page.status, page.lines]).toEqual([2, [expect.stringContaining('needs a checkout')]]);
  expect(readdirSync(at())).not.toContain('small.onnx');
});

test('with onnxruntime-node beside it: the command writes a file, the example runs, its types hold', () => {
  symlinkSync(RUNTIME, at('node_modules/onnxruntime-node'), 'junction');
  expect(fine(whittle(DIGITS, '--recipe', 'recipe.json', '-o', 'by-command.onnx'))).toMatch(/^agreement, top-1 +100\.00 %/m);

  copyFileSync(join(ROOT, 'docs/examples/optimize.mjs'), at('optimize.mjs'));
  const said = fine(run(process.execPath, 'optimize.mjs', DIGITS));
  expect(said).toMatch(/^digits\.onnx: 5 layers, 79994 parameters\n322117 bytes became \d{5}\n100\.0 % of the answers are the same$/m);
  expect(statSync(at('small.onnx')).size).toBeLessThan(100_000);

  writeFileSync(
    at('wrong.ts'),
    `import { openModel, optimize, WhittleError, type Report } from 'whittle';
const model = await openModel(new Uint8Array());
const layer: string = model.layers[0]?.id ?? '';
// @ts-expect-error -- a goal is text
await optimize(model, { best: 4 });
// @ts-expect-error -- no such option
await optimize(model, { best: '4-bit', dta: layer });
// @ts-expect-error -- not part of what is offered
model.engine;
const figures: Report = (await optimize(model, { best: '4-bit' })).figures;
export const top1: number | null | undefined = figures.agreement?.top1;
export const code = (error: WhittleError): 'aborted' | string => error.code;
`,
  );
  const options = {
    target: 'es2022',
    module: 'nodenext',
    strict: true,
    noEmit: true,
    allowJs: true,
    skipLibCheck: false,
    typeRoots: [join(ROOT, 'node_modules/@types')],
    types: ['node'],
  };
  writeFileSync(at('tsconfig.json'), JSON.stringify({ compilerOptions: options, files: ['optimize.mjs', 'wrong.ts'] }));
  fine(run(process.execPath, join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', '.'));
});

test('pictures without sharp: the command that brings it is named', () => {
  for (const { path, bytes } of pictures(2)) {
    mkdirSync(join(at(path), '..'), { recursive: true });
    writeFileSync(at(path), bytes);
  }
  const { status, lines } = whittle(DIGITS, '--recipe', 'recipe.json', '--data', 'pictures', '-o', 'none.onnx', '--quiet');
  expect([status, lines]).toEqual([2, [expect.stringMatching(/sharp, which is not installed\. Run: npm install sharp$/)]]);
  rmSync(at('pictures'), { recursive: true });
});
