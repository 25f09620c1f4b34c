/** The bundled command as a child process, as a person's shell starts it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { bundledCommand } from '../../../scripts/bundle-command.mjs';

export const DIGITS = join(import.meta.dirname, '../../../public/samples/digits.onnx');
export const DIGITS_CARD = join(import.meta.dirname, '../../../public/samples/digits.card.json');

export interface Ran {
  /** Exit code, or the signal that ended it. */
  readonly end: number | NodeJS.Signals | null;
  readonly out: string;
  /** Of the error output. */
  readonly lines: readonly string[];
}

interface How {
  readonly env?: NodeJS.ProcessEnv;
  /** Called for every piece of the error output. */
  readonly onSaid?: (text: string, child: ChildProcess) => void;
  /** What a shell does before. */
  readonly first?: string;
}

/** Runs `whittle`; nothing is kept between runs unless `env` says so. */
export async function whittle(args: readonly string[], { env = {}, onSaid, first }: How = {}): Promise<Ran> {
  const command = [process.execPath, await bundledCommand(), ...args];
  const [program = '', ...rest] = first === undefined ? command : ['sh', '-c', `${first}; exec "$@"`, 'sh', ...command];
  const child = spawn(program, rest, { env: { ...process.env, WHITTLE_CACHE: '', ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
    onSaid?.(text, child);
  });
  const end = await new Promise<Ran['end']>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(code ?? signal));
  });
  return { end, out, lines: err.trim().split('\n') };
}

/** A folder for one test, with files by their paths in it. */
export function tempFolder(files: Readonly<Record<string, string | Uint8Array>> = {}): {
  readonly at: (name?: string) => string;
  remove(): void;
} {
  const folder = mkdtempSync(join(tmpdir(), 'whittle-command-'));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return { at: (name = '.') => join(folder, name), remove: () => rmSync(folder, { recursive: true }) };
}

/** A recipe's file: for processors. */
export function recipeText(...passes: readonly object[]): string {
  return JSON.stringify({ version: 1, target: 'wasm', passes });
}
