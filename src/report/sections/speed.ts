import { formatCount, formatMs } from '../../base/format';
import { runsWords } from '../../base/runs-words';
import { speedWords, times as over, timeWords } from '../../base/verdict';
import type { Latency, Startup } from '../../engine/protocol/index';
import { figure, interval, numbers, section, text, words, type Block, type Cell, type Section, type SpreadRow, type Who } from '../content';
import { notRun } from '../reasons';
import type { BackendTiming, Report } from '../types';
import { milliseconds } from '../words';
import { PROVIDERS } from '../../engine/protocol/index';

/** One inference on each backend that was timed, what loading costs, and batches. */
export function speedSection(report: Report): Section {
  const timings = timed(report);
  const blocks = [...(timings.length > 0 ? latency(timings) : []), ...batches(report)];
  return section('speed', 'Speed', blocks.length > 0 ? blocks : null, notRun(report));
}

function timed({ environment, before, after, latencyRatio, startupMs, otherBackends }: Report): BackendTiming[] {
  const main = startupMs && { ep: environment.ep, before: before.latencyMs, after: after.latencyMs, ratio: latencyRatio, startupMs };
  return [...(main ? [main] : []), ...otherBackends];
}

interface Row {
  readonly label: string;
  readonly side: Who;
  readonly latency: Latency | null;
  readonly startup: Startup;
}

function latency(timings: readonly BackendTiming[]): Block[] {
  const rows = timings.flatMap(({ ep, before, after, startupMs }): Row[] => [
    { label: `${PROVIDERS[ep].name}, original`, side: 'original', latency: before, startup: startupMs.before },
    { label: `${PROVIDERS[ep].name}, result`, side: 'result', latency: after, startup: startupMs.after },
  ]);
  const spreads = rows.flatMap(({ label, side, latency: found }): SpreadRow[] =>
    found ? [{ label, side, low: found.p10, mid: found.median, high: found.p90, points: found.samples, note: formatMs(found.median) }] : [],
  );
  const verdicts = timings.flatMap(({ ep, ratio }) => (ratio ? [`${PROVIDERS[ep].name}: ${speedWords(ratio)}, ${timeWords(ratio)}.`] : []));
  const [coarse] = rows.flatMap(({ latency: found }) => (found && found.repeats > 1 ? [found] : []));
  return [
    {
      kind: 'chart',
      finding: `Every timing, with the median and the 10th to 90th percentile. ${verdicts.join(' ')}`,
      chart: { kind: 'spreads', rows: spreads, limits: [0, Infinity], zero: true, band: null, unit: 'ms' },
    },
    {
      kind: 'table',
      table: {
        caption: 'One inference, milliseconds',
        columns: [
          ...words('Side'),
          ...numbers('Median', 'p10', 'p90', 'Smallest', 'Largest', 'Timings', 'Runs a timing', 'Loading', 'First run'),
        ],
        rows: rows.map(cells),
      },
    },
    text(
      ...verdicts,
      coarse ? `The clock goes in steps too coarse for one run: ${runsWords(coarse)}.` : null,
      'Original and result ran in turns; ratios are of runs side by side. Loading and the first run stand apart.',
    ),
  ];
}

function cells({ label, latency: found, startup }: Row): Cell[] {
  const ends = found && found.samples.length > 0 ? [Math.min(...found.samples), Math.max(...found.samples)] : [null, null];
  const times = [found?.median, found?.p10, found?.p90, ...ends].map((value) => figure(value, milliseconds));
  return [
    label,
    ...times,
    figure(found?.runs, formatCount),
    figure(found?.repeats, formatCount),
    figure(startup.createMs, milliseconds),
    figure(startup.firstRunMs, milliseconds),
  ];
}

function batches({ throughput }: Report): Block[] {
  if (!throughput) return [];
  return [
    {
      kind: 'table',
      table: {
        caption: `Samples a second by batch, on ${PROVIDERS[throughput.ep].name}`,
        columns: [...words('Batch'), ...numbers('Original', 'Original, p10–p90', 'Result', 'Result, p10–p90', 'Time against the original')],
        rows: throughput.batches.map(({ batch, before, after }) => [
          figure(batch, String),
          figure(before.median, milliseconds),
          interval({ low: before.p10, high: before.p90 }, milliseconds),
          figure(after.median, milliseconds),
          interval({ low: after.p10, high: after.p90 }, milliseconds),
          over(before.median / after.median),
        ]),
      },
    },
    text(throughput.ended),
  ];
}
