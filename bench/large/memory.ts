/** Memory of a process and all its children, from Linux' /proc. */
import { readdirSync, readFileSync } from 'node:fs';

const PAGE = 4096;
const EVERY_MS = 25;

export interface Peak {
  /** Largest sum of resident sets, bytes. Pages that processes share count in each. */
  rss: number;
  /** The same by the kind of process, at that moment. */
  parts: Readonly<Record<string, number>>;
}

/** Samples the descendants of this process until stopped. `take` gives the peak since the last call. */
export function watchMemory(): { take(): Peak; now(): Peak; stop(): void } {
  let peak: Peak = { rss: 0, parts: {} };
  const timer = setInterval(() => {
    const seen = sample();
    if (seen.rss > peak.rss) peak = seen;
  }, EVERY_MS);
  return {
    take() {
      const taken = peak;
      peak = sample();
      return taken;
    },
    now: sample,
    stop: () => clearInterval(timer),
  };
}

function sample(): Peak {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) if (/^\d+$/.test(name)) parents.set(Number(name), parentOf(Number(name)));
  const parts: Record<string, number> = {};
  for (const pid of parents.keys()) {
    if (!descends(pid, parents)) continue;
    const kind = kindOf(pid);
    parts[kind] = (parts[kind] ?? 0) + residentOf(pid);
  }
  return { rss: Object.values(parts).reduce((sum, bytes) => sum + bytes, 0), parts };
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
  return Number(read(`/proc/${pid}/stat`).replace(/^.*\) /s, '').split(' ')[1] ?? 0);
}

function residentOf(pid: number): number {
  return Number(read(`/proc/${pid}/statm`).split(' ')[1] ?? 0) * PAGE;
}

function kindOf(pid: number): string {
  return /--type=([a-z-]+)/.exec(read(`/proc/${pid}/cmdline`))?.[1] ?? 'browser';
}
