/** npm run fuzz: changed inputs by the thousand in a process of their own; ends with 1 where any fault is unnamed, hangs or grows. */
import { fork, type ChildProcess } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { modelBytes } from './case';

const HANG_MS = 5000;
const GROWTH_KIB = 2 * 1024 * 1024;
/** A child lives for so many cases, so that what one leaves behind does not hide what another takes. */
const PER_CHILD = 5000;

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '10000' },
    seconds: { type: 'string', default: '600' },
    seed: { type: 'string', default: '1' },
    from: { type: 'string', default: '0' },
    out: { type: 'string' },
  },
});
const [cases, seconds, seed, first] = [Number(values.cases), Number(values.seconds), Number(values.seed), Number(values.from)];

interface Report {
  readonly started?: number;
  readonly ended?: number;
  readonly finished?: boolean;
  readonly kind?: string;
  readonly fault?: string | null;
  readonly grownKiB?: number;
}

const counts = new Map<string, number>();
const faults = new Map<string, { index: number; times: number; text: string }>();
const startedAt = Date.now();
let [ran, slowest, grown] = [0, 0, 0];

function fault(index: number, text: string): void {
  // The place that threw is the fault; its messages differ by case.
  const key = text.match(/at .*\(?[^ ]*(?:src|fuzz)\/[^ )]*/)?.[0] ?? text.slice(0, 80);
  const known = faults.get(key);
  faults.set(key, { index: known?.index ?? index, times: (known?.times ?? 0) + 1, text: known?.text ?? text });
}

/** Runs cases up to `to` in one child; returns the first that is still to be run. */
function runChild(from: number, to: number): Promise<number> {
  const child: ChildProcess = fork(join(import.meta.dirname, 'child.ts'), {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  return new Promise((resolve) => {
    let [at, since, next] = [-1, Date.now(), from];
    const watch = setInterval(() => {
      if (at >= 0 && Date.now() - since > HANG_MS) {
        fault(at, `hangs: no end after ${HANG_MS} ms`);
        counts.set('hang', (counts.get('hang') ?? 0) + 1);
        next = at + 1;
        child.kill('SIGKILL');
      } else if (Date.now() - startedAt > seconds * 1000) child.kill('SIGKILL');
    }, 100);
    child.on('message', (report: Report) => {
      if (report.started !== undefined) [at, since] = [report.started, Date.now()];
      if (report.ended === undefined) return void (report.finished === true && child.disconnect());
      slowest = Math.max(slowest, Date.now() - since);
      grown = Math.max(grown, report.grownKiB ?? 0);
      counts.set(report.kind ?? '', (counts.get(report.kind ?? '') ?? 0) + 1);
      if (typeof report.fault === 'string') fault(report.ended, report.fault);
      if ((report.grownKiB ?? 0) > GROWTH_KIB) fault(report.ended, `grows by ${report.grownKiB} KiB`);
      [at, next] = [-1, report.ended + 1];
      ran++;
    });
    child.on('exit', (code) => {
      clearInterval(watch);
      if (at >= 0 && next === at && Date.now() - startedAt < seconds * 1000) {
        fault(at, `ends its process with ${code}`);
        next = at + 1;
      }
      resolve(next);
    });
    child.send({ seed, from, to });
  });
}

for (let at = first; at < first + cases && Date.now() - startedAt < seconds * 1000;)
  at = await runChild(at, Math.min(first + cases, at + PER_CHILD));

for (const [kind, count] of [...counts].toSorted(([a], [b]) => a.localeCompare(b))) console.log(String(count).padStart(8), kind);
console.log(
  `${ran} cases of seed ${seed} in ${Math.round((Date.now() - startedAt) / 1000)} s; ` +
    `slowest ${slowest} ms, largest growth ${Math.round(grown / 1024)} MiB`,
);
for (const [place, { index, times, text }] of faults) {
  console.log(`\ncase ${index} (${times} times) ${place}\n${text.split('\n').slice(0, 6).join('\n')}`);
  if (values.out === undefined) continue;
  mkdirSync(values.out, { recursive: true });
  writeFileSync(join(values.out, `${seed}-${index}.txt`), text);
  const bytes = modelBytes(seed, index);
  if (bytes) writeFileSync(join(values.out, `${seed}-${index}.onnx`), bytes);
}
process.exitCode = faults.size > 0 ? 1 : 0;
