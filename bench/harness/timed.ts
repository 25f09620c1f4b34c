/** Whole processes from the shell, timed side by side. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { BenchContext, BenchOptions } from './bench';
import type { Figure } from './figures';

export interface Command {
  /** "whittle", "onnxruntime.quantization". */
  readonly name: string;
  readonly command: readonly [program: string, ...args: string[]];
  readonly env?: Readonly<Record<string, string>>;
}

export interface Cost {
  readonly seconds: number;
  /** Most memory that the process held, in MiB; NaN where the system does not tell (Linux alone does). */
  readonly peakMiB: number;
}

/** How often a running process is asked for the most that it has held; that only grows, so a peak is missed in the last moments alone. */
const ASK_MS = 5;

/** Runs a command to its end. Throws where it fails, with what it said. */
export function cost({ command: [program, ...args], env, name }: Command): Promise<Cost> {
  return new Promise((resolve, reject) => {
    const from = performance.now();
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
    const said: string[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => said.push(part.toString()));
    let peakMiB = Number.NaN;
    const asking = setInterval(() => {
      peakMiB = peakOf(child.pid) ?? peakMiB;
    }, ASK_MS);
    child.on('error', (cause) => {
      clearInterval(asking);
      reject(new Error(`${name} did not start: ${cause.message}`, { cause }));
    });
    child.on('exit', (code, signal) => {
      const seconds = (performance.now() - from) / 1000;
      clearInterval(asking);
      if (code === 0) resolve({ seconds, peakMiB });
      else reject(new Error(`${name} ended with ${code ?? signal}:\n${said.join('').slice(-2000)}`));
    });
  });
}

function peakOf(pid: number | undefined): number | null {
  try {
    const found = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return found === null ? null : Number(found[1]) / 1024;
  } catch {
    return null;
  }
}

/**
 * Runs commands in turns, so that a machine that changes its speed changes it for all, and keeps seconds and memory of each, and the first
 * one's as ratios to the others', turn by turn.
 * @returns the figures of each command, in their order.
 */
export async function takeTurns(
  { figure, say }: Pick<BenchContext<BenchOptions>, 'figure' | 'say'>,
  title: string,
  commands: readonly [Command, ...Command[]],
  turns: number,
): Promise<{ readonly seconds: Figure; readonly peak: Figure | null }[]> {
  const found = new Map(commands.map(({ name }): [string, Cost[]] => [name, []]));
  for (let turn = 0; turn < turns; turn++) {
    for (const command of commands) {
      const spent = await cost(command);
      say(`${title}, ${command.name}, turn ${turn + 1}: ${spent.seconds.toFixed(2)} s, ${spent.peakMiB.toFixed(0)} MiB`);
      found.get(command.name)?.push(spent);
    }
  }
  const [first, ...others] = commands;
  const own = found.get(first.name) ?? [];
  const figures = [...found].map(([name, costs]) => {
    const peaks = costs.map(({ peakMiB }) => peakMiB);
    return {
      seconds: figure(
        `${title}, ${name}`,
        's',
        costs.map(({ seconds }) => seconds),
      ),
      peak: peaks.some(Number.isNaN) ? null : figure(`${title}, ${name}, peak`, 'MiB', peaks),
    };
  });
  for (const { name } of others) {
    const other = found.get(name) ?? [];
    const ratio = (of: (spent: Cost) => number): number[] => own.map((spent, turn) => of(spent) / of(other[turn] ?? spent));
    figure(
      `${title}, ${first.name} to ${name}`,
      'x',
      ratio(({ seconds }) => seconds),
    );
  }
  return figures;
}
