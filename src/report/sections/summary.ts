import { saidOf } from '../../base/answers-verdict';
import { chanceRemedy, NOT_TOLD } from '../../base/chance-words';
import { formatBytes, formatChange, formatCount, formatMs } from '../../base/format';
import { inputsWords, proofWords } from '../../base/proof-words';
import { counted } from '../../base/plural';
import { runsWords } from '../../base/runs-words';
import { formatP, sizeWords, speedWords, times, timeWords } from '../../base/verdict';
import type { Accuracy } from '../../engine/protocol/index';
import { PROVIDERS } from '../../engine/protocol/index';
import { labelRecipe } from '../../recipe/label';
import { answersOf } from '../answers';
import { answerWords, askedWords } from '../asked';
import { capped, cellText, figure, interval, numbers, section, words, type Section, type Table } from '../content';
import { notRun, notScored } from '../reasons';
import type { Report, Tried } from '../types';
import { decibels, hundredths } from '../words';
import { TARGETS } from '../../recipe/targets';

/** What a reader needs who reads no further: what was asked for, whether it was kept to, what it costs, and what else was tried. */
export function summarySection(report: Report): Section {
  const findings = answersOf(report)?.findings ?? [];
  const [warned, others] = [findings.filter(({ brief }) => brief !== null), findings.filter(({ brief }) => brief === null)];
  return section('summary', 'Summary', [
    { kind: 'table', table: asked(report) },
    {
      kind: 'list',
      items: [
        ...warned.map(saidOf),
        size(report),
        latency(report),
        accuracy(report),
        agreement(report),
        ...others.map(saidOf),
        ...checks(report),
      ],
    },
    ...(report.tried.length > 0 ? [{ kind: 'table' as const, table: capped(tried(report.tried), MOST_TRIED) }] : []),
  ]);
}

const MOST_TRIED = 20;

function asked(report: Report): Table {
  const {
    recipe,
    environment: { adapter, ep },
  } = report;
  const elsewhere = PROVIDERS[ep].name === TARGETS[recipe.target].name ? '' : `, measured on ${PROVIDERS[ep].name}`;
  const answer = answerWords(report);
  const rows = [
    ['Target', `${TARGETS[recipe.target].name}${elsewhere}${adapter === null || !PROVIDERS[ep].gpu ? '' : `, ${adapter}`}`],
    ['Recipe', labelRecipe(recipe)],
    ['Asked for', askedWords(report)],
    ...(answer === null ? [] : [['Kept to', answer]]),
  ];
  return { caption: 'What was asked for', columns: words('What', 'Answer'), rows };
}

function tried(all: readonly Tried[]): Table {
  return {
    caption: 'Recipes that were tried',
    columns: [
      ...words('Recipe'),
      ...numbers('File', 'Top-1, %', '95 % interval', 'Original\u2019s answers, %', 'Time against the original'),
      ...words(''),
    ],
    rows: all.map(({ label, bytes, exact, top1, top1Interval, agreement: same, time, note }) => [
      label,
      figure(bytes, (value) => `${exact ? '' : 'about '}${formatBytes(value)}`),
      figure(top1, hundredths, '–'),
      top1Interval ? interval(top1Interval, hundredths) : '–',
      figure(same, hundredths, '–'),
      figure(time?.median, times, '–'),
      note,
    ]),
  };
}

function size({ before, after, predictedBytes, sizes }: Report): string {
  if (before.bytes === null || after.bytes === null) {
    return predictedBytes === null
      ? 'Size of the result: not measured, since the file was not written.'
      : `Size: about ${formatBytes(predictedBytes)}, predicted; the file was not written.`;
  }
  const gzip =
    before.gzipBytes === null || after.gzipBytes === null
      ? null
      : `after gzip ${formatBytes(before.gzipBytes)} to ${formatBytes(after.gzipBytes)}`;
  const [a, b] = [sizes?.before.brotliBytes ?? null, sizes?.after.brotliBytes ?? null];
  const brotli = a === null || b === null ? null : `after brotli ${formatBytes(a)} to ${formatBytes(b)}`;
  const packed = [gzip, brotli].filter((part) => part !== null);
  return (
    `Size: ${sizeWords(before.bytes, after.bytes)}, ` +
    `${[`${formatBytes(before.bytes)} to ${formatBytes(after.bytes)}`, ...packed].join('; ')}.`
  );
}

function latency(report: Report): string {
  const {
    before: { latencyMs: before },
    after: { latencyMs: after },
    latencyRatio,
    environment,
  } = report;
  if (!before || !after || !latencyRatio) return `Latency: not measured, since ${notRun(report)}.`;
  const medians = [
    `median ${formatMs(before.median)} to ${formatMs(after.median)}`,
    timeWords(latencyRatio),
    `${runsWords(after)} in turns`,
  ];
  const software =
    environment.software === true && PROVIDERS[environment.ep].gpu
      ? ' The adapter is a software renderer: its times say nothing about a GPU.'
      : '';
  return `Latency on ${PROVIDERS[environment.ep].name}: ${speedWords(latencyRatio)}; ${medians.join(', ')}.${software}`;
}

function accuracy(report: Report): string {
  const {
    before: { accuracy: before },
    after: { accuracy: after },
    paired,
  } = report;
  if (!before || !after) return `Accuracy: not measured, since ${notScored(report)}.`;
  if (report.chance?.told === false)
    return `Top-1 accuracy: ${NOT_TOLD}, ${counted(after.samples, 'sample')}. ${chanceRemedy(report.chance)}`;
  const verdict = paired ? `${answersOf(report)?.short ?? ''}; ` : '';
  const test = paired
    ? ` Paired difference ${formatChange(paired.difference, 2)} points (95 % interval ` +
      `${cellText(interval(paired.interval, (value) => formatChange(value, 2)))}), McNemar's ${formatP(paired.p)}: ` +
      `${counted(paired.worse, 'answer')} became wrong, ${formatCount(paired.better)} right.`
    : '';
  return `Top-1 accuracy: ${verdict}${share(before)} to ${share(after)}, ${counted(after.samples, 'sample')}.${test}`;
}

function share({ top1, top1Interval }: Accuracy): string {
  return `${hundredths(top1)} % (95 % interval ${cellText(interval(top1Interval, hundredths))})`;
}

function agreement(report: Report): string {
  const { agreement: found } = report;
  if (!found) return `Agreement with the original: not measured, since ${notRun(report)}.`;
  const { top1, cosine, sqnrDb, samples, madeUp, of, nonFinite } = found;
  const answers = top1 === null ? `cosine ${cosine.toFixed(6)}` : `${hundredths(top1)} % of the answers are the original's`;
  const over =
    `over ${inputsWords({ count: samples, madeUp })}; ` +
    `${sqnrDb === null ? 'the outputs are the same' : `SQNR of the outputs ${decibels(sqnrDb)} dB`}.`;
  const file = of === 'file' ? '' : ' The weights in the studio were compared, not the written file.';
  const bad =
    nonFinite.after > 0
      ? ` Outputs of ${formatCount(nonFinite.after)} of them hold NaN or infinity (${formatCount(nonFinite.before)} before).`
      : '';
  return `Agreement: ${answers} ${over}${file}${bad}`;
}

function checks({ checks: { crossEp, proof } }: Report): string[] {
  return [...(crossEp ? [`${crossEp.verdict.replace(/\.$/, '')}.`] : []), ...(proof ? proofWords(proof) : [])];
}
