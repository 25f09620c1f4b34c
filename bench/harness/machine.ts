/** What a figure was measured on: without it, none can be compared with another. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, loadavg, platform, release, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { median } from '../../src/base/stats';

export const ROOT = resolve(import.meta.dirname, '../..');

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  /** Milliseconds of 10^8 dependent additions in Node: machines that others share change their speed within an hour. */
  readonly loopMs: number;
  /** Processes that wanted a core in the minute before. */
  readonly load: number;
}

export interface State {
  readonly commit: string;
  /** Files were changed and not committed. */
  readonly changed: boolean;
  readonly versions: Readonly<Record<string, string>>;
}

/** Of now: takes about a second. */
export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release()} ${arch()}`,
    loopMs: Math.round(median(Array.from({ length: 5 }, fixedLoop))),
    load: Number((loadavg()[0] ?? 0).toFixed(2)),
  };
}

function fixedLoop(): number {
  const from = performance.now();
  let sum = 0;
  for (let i = 0; i < 1e8; i++) sum += i * 0.5;
  return sum > 0 ? performance.now() - from : 0;
}

/** Packages whose versions a figure depends on. */
const PACKAGES = ['onnxruntime-node', 'onnxruntime-web', 'sharp', 'webgpu', 'vite'];

function git(...args: string[]): string {
  return execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim();
}

export function describeState(): State {
  const installed = PACKAGES.flatMap((name) => {
    try {
      const { version }: { readonly version: string } = JSON.parse(readFileSync(join(ROOT, 'node_modules', name, 'package.json'), 'utf8'));
      return [[name, version]];
    } catch {
      return [];
    }
  });
  return {
    commit: git('rev-parse', '--short=10', 'HEAD'),
    // Results of benches that ran before are no change of what is measured.
    changed: git('status', '--porcelain', '--', '.', ':!bench/results') !== '',
    versions: { node: process.versions.node, ...Object.fromEntries(installed) },
  };
}
