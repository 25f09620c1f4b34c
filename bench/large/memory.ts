/** Memory of a browser and all its processes, from Linux' /proc. */
import { readdirSync, readFileSync } from 'node:fs';

const EVERY_MS = 50;

/** Bytes. PSS counts a page that n processes share as 1/n in each: its sum is what they take together. RSS counts it n times. */
export interface Memory {
  readonly pss: number;
  readonly rss: number;
  /** PSS by the kind of process. */
  readonly parts: Readonly<Record<string, number>>;
}

export interface Watch {
  now(): Memory;
  /** The moment of the largest PSS since the last call, and the largest RSS. */
  take(): Memory;
  stop(): void;
}

/** Samples the descendants of this process until stopped. */
export function watchMemory(): Watch {
  let highest = sample();
  const look = (): void => {
    const seen = sample();
    const rss = Math.max(seen.rss, highest.rss);
    highest = { ...(seen.pss > highest.pss ? seen : highest), rss };
  };
  const timer = setInterval(look, EVERY_MS);
  return {
    now: sample,
    take() {
      look();
      const found = highest;
      highest = sample();
      return found;
    },
    stop: () => clearInterval(timer),
  };
}

function sample(): Memory {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) if (/^\d+$/.test(name)) parents.set(Number(name), parentOf(Number(name)));
  const parts: Record<string, number> = {};
  let pss = 0;
  let rss = 0;
  for (const pid of parents.keys()) {
    if (!descends(pid, parents)) continue;
    const rollup = read(`/proc/${pid}/smaps_rollup`);
    const own = kilobytes(rollup, 'Pss') * 1024;
    const kind = /--type=([a-z-]+)/.exec(read(`/proc/${pid}/cmdline`))?.[1] ?? 'browser';
    parts[kind] = (parts[kind] ?? 0) + own;
    pss += own;
    rss += kilobytes(rollup, 'Rss') * 1024;
  }
  return { pss, rss, parts };
}

function descends(pid: number, parents: ReadonlyMap<number, number>): boolean {
  for (let at = parents.get(pid); at !== undefined; at = parents.get(at)) if (at === process.pid) return true;
  return false;
}

/** Processes end while they are read: what is gone counts nothing. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function parentOf(pid: number): number {
  // The name, in brackets, may hold spaces.
  return Number(
    read(`/proc/${pid}/stat`)
      .replace(/^.*\) /s, '')
      .split(' ')[1] ?? 0,
  );
}

function kilobytes(rollup: string, field: string): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(rollup)?.[1] ?? 0);
}
