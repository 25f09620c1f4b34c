import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { describeFigure, figureOf } from './figures';
import { pageOf } from './page';
import { keepRun, nameOnly, readRuns, type Run } from './records';
import { cost } from './timed';

const folder = mkdtempSync(join(tmpdir(), 'whittle-bench-'));
afterAll(() => rmSync(folder, { recursive: true }));

const MACHINE = { cpu: 'A <fast> one', cores: 2, memoryGiB: 24, system: 'linux', loopMs: 100, load: 0.1 };

function run(date: string, seconds: readonly number[]): Run {
  return {
    bench: 'start',
    arguments: ['--turns', '3'],
    date,
    commit: '0123456789',
    changed: false,
    versions: { node: '20' },
    machine: MACHINE,
    seconds: 1,
    figures: [figureOf('inspect', 's', seconds)],
    details: {},
  };
}

test('times are given by their median, draws by mean and deviation, one measurement by itself', () => {
  expect(figureOf('a', 's', [3, 1, 8]).value).toBe(3);
  expect(describeFigure(figureOf('a', 's', [3, 1, 8]))).toBe('3 s (median of 3, 1 to 8)');
  expect(describeFigure(figureOf('a', 'points', [1, 2, 3], 'mean'))).toBe('2 points ± 1 (mean of 3, 1 to 3)');
  expect(describeFigure(figureOf('a', 'bytes', 123456))).toBe('123456 bytes');
  expect(() => figureOf('a', 's', [])).toThrow(/"a" was not measured/);
});

test('runs are kept by date and commit and read back in order; folders of the machine are not kept', () => {
  const later = run('2026-11-28T15:00:00.000Z', [2, 3]);
  expect(keepRun(later, folder)).toBe(join(folder, 'start', '2026-11-28T150000-0123456789.json'));
  keepRun(run('2026-11-27T15:00:00.000Z', [4]), folder);
  expect(readRuns(folder).map(({ date }) => date.slice(0, 10))).toEqual(['2026-11-27', '2026-11-28']);
  expect(readRuns(folder)[1]).toEqual(later);
  expect(['/home/a/models/net.onnx', '--turns', '0.9'].map(nameOnly)).toEqual(['net.onnx', '--turns', '0.9']);
});

test('the page draws a line over runs with a table beside it, and what comes from outside as text', () => {
  const html = pageOf([run('2026-11-27T15:00:00.000Z', [4]), run('2026-11-28T15:00:00.000Z', [2, 3])]);
  expect(html).toContain('aria-label="inspect, s: 4 to 2.5 over 2 runs"');
  expect(html).toContain('2.5 s (median of 2, 2 to 3)');
  expect(html).toContain('A &lt;fast&gt; one, 2 cores, loop 100 ms, load 0.1');
});

test('a process is timed to its end, and one that fails says what it said', async () => {
  const spent = await cost({ name: 'node', command: [process.execPath, '-e', 'const held = new Uint8Array(2 ** 26).fill(1)'] });
  expect(spent.seconds).toBeGreaterThan(0);
  if (process.platform === 'linux') expect(spent.peakMiB).toBeGreaterThan(64);
  await expect(cost({ name: 'it', command: [process.execPath, '-e', 'console.error("no"); process.exit(3)'] })).rejects.toThrow(
    /it ended with 3:\nno/,
  );
});
