import { chanceRemedy, chanceWords } from '../../base/chance-words';
import { formatChange, formatClass, formatCount, formatPercent, formatValue } from '../../base/format';
import { agreeing, counted } from '../../base/plural';
import { accuracyWords, formatP } from '../../base/verdict';
import type { Accuracy, Answer, ChangedSamples, ChangeKind, ClassAccuracy, ConfusedPair, PairedTest } from '../../engine/protocol/index';
import { capped, figure, interval, numbers, section, text, words, type Block, type Cell, type Section, type SpreadRow } from '../content';
import { notRun, notScored } from '../reasons';
import type { Report } from '../types';
import { decibels, hundredths } from '../words';
import { PROVIDERS } from '../../engine/protocol/index';

const MOST_CLASSES = 100;
const MOST_CHANGED = 200;

/** Right answers with intervals and the paired test, by class and confusion. */
export function accuracySection(report: Report): Section {
  const { before, after, paired, chance, classes, confusion } = report;
  if (chance?.told === false) return section('accuracy', 'Accuracy', [text(`${chanceWords(chance)}. ${chanceRemedy(chance)}`)]);
  const blocks = before.accuracy && after.accuracy ? shares(before.accuracy, after.accuracy) : null;
  if (!blocks) return section('accuracy', 'Accuracy', null, notScored(report));
  return section('accuracy', 'Accuracy', [
    ...blocks,
    ...(paired ? pairedTest(paired) : []),
    ...(classes ? byClass(classes) : []),
    ...(confusion ? confused(confusion) : []),
  ]);
}

function shares(before: Accuracy, after: Accuracy): Block[] {
  const sides = [
    { name: 'original', side: 'original', of: before },
    { name: 'result', side: 'result', of: after },
  ] as const;
  const found = (['top1', 'top5'] as const).flatMap((kind) =>
    sides.map(({ name, side, of }) => ({
      label: `${kind === 'top1' ? 'Top-1' : 'Top-5'}, ${name}`,
      side,
      share: of[kind],
      ends: kind === 'top1' ? of.top1Interval : of.top5Interval,
      samples: of.samples,
    })),
  );
  const spreads = found.map(({ label, side, share, ends }): SpreadRow => ({
    label,
    side,
    low: ends.low,
    mid: share,
    high: ends.high,
    points: [],
    note: formatPercent(share, 2),
  }));
  return [
    {
      kind: 'chart',
      finding: `Right answers with 95 % intervals: ${spreads.map(({ label, note }) => `${label} ${note}`).join('; ')}`,
      chart: { kind: 'spreads', rows: spreads, limits: [0, 100], zero: false, band: null, unit: '%' },
    },
    {
      kind: 'table',
      table: {
        caption: 'Right answers, percent',
        columns: [...words('Answers'), ...numbers('Share', '95 % interval (Wilson)', 'Samples')],
        rows: found.map(({ label, share, ends, samples }) => [
          label,
          figure(share, hundredths),
          interval(ends, hundredths),
          figure(samples, formatCount),
        ]),
      },
    },
  ];
}

function points(value: number): string {
  return formatChange(value, 2);
}

/** A p value whose column names it. */
function level(p: number): string {
  return formatP(p).replace(/^p (?:= )?/, '');
}

function pairedTest(paired: PairedTest): Block[] {
  return [
    {
      kind: 'table',
      table: {
        caption: "Paired test of top-1 on the same samples (McNemar's mid-p; Newcombe's interval)",
        columns: [...words('Verdict'), ...numbers('Difference, points', '95 % interval', 'p', 'Became wrong', 'Became right')],
        rows: [
          [
            accuracyWords(paired),
            figure(paired.difference, points),
            interval(paired.interval, points),
            figure(paired.p, level),
            figure(paired.worse, formatCount),
            figure(paired.better, formatCount),
          ],
        ],
      },
    },
  ];
}

/** Those that lost most first. */
function byClass(classes: readonly ClassAccuracy[]): Block[] {
  const sorted = classes.toSorted((a, b) => a.after - a.before - (b.after - b.before) || b.samples - a.samples);
  const rows = sorted.map((entry): Cell[] => [
    formatClass(entry),
    figure(entry.samples, formatCount),
    figure(entry.before, formatCount),
    figure(entry.after, formatCount),
    formatChange(entry.after - entry.before, 0),
    figure(entry.worse, formatCount),
    figure(entry.better, formatCount),
    figure(entry.p, level),
  ]);
  const columns = [
    ...words('Class'),
    ...numbers('Samples', 'Right before', 'Right after', 'Change', 'Became wrong', 'Became right', 'p, corrected'),
  ];
  return [
    {
      kind: 'table',
      table: capped(
        {
          caption: "By class, those that lost most first (McNemar's exact test, corrected for the number of classes by Holm)",
          columns,
          rows,
        },
        MOST_CLASSES,
      ),
    },
  ];
}

function confused(pairs: readonly ConfusedPair[]): Block[] {
  const rows = pairs
    .toSorted((a, b) => b.after - a.after)
    .map(({ label, answer, before, after }): Cell[] => [
      `${formatClass(label)}, answered as ${formatClass(answer)}`,
      figure(before, formatCount),
      figure(after, formatCount),
    ]);
  return rows.length === 0
    ? []
    : [
        {
          kind: 'table',
          table: {
            caption: 'The most frequent wrong answers of either side',
            columns: [...words('Label'), ...numbers('Before', 'After')],
            rows,
          },
        },
      ];
}

/** How alike original and result are on the same inputs: outputs, and answers that changed. */
export function agreementSection(report: Report): Section {
  const { agreement } = report;
  if (!agreement) return section('agreement', 'Agreement', null, notRun(report));
  const { ep, samples, outputs, changed } = agreement;
  return section('agreement', 'Agreement', [
    {
      kind: 'table',
      table: {
        caption: `Outputs of the result against the original's, ${counted(samples, 'sample')} on ${PROVIDERS[ep].name}`,
        columns: [...words('Output'), ...numbers('Cosine', 'SQNR, dB', 'Largest difference', 'KL, nats')],
        rows: outputs.map(({ name, cosine, sqnrDb, maxAbs, kl }) => [
          name,
          figure(cosine, (value) => value.toFixed(6)),
          figure(sqnrDb, decibels, 'exact'),
          figure(maxAbs, formatValue),
          figure(kl, formatValue, 'no class scores'),
        ]),
      },
    },
    ...(changed ? changedAnswers(changed) : [text('The outputs are no class scores: there are no answers to compare.')]),
  ]);
}

const KINDS: Readonly<Record<ChangeKind, string>> = { worse: 'got worse', better: 'got better', 'both-wrong': 'wrong both times' };

function changedAnswers({ total, worse, better, bothWrong, moves, listed }: ChangedSamples): Block[] {
  if (total === 0) return [text('Every answer stayed the same.')];
  const labelled = listed.some(({ label }) => label !== null);
  const kinds = labelled
    ? `: ${formatCount(worse)} got worse, ${formatCount(better)} got better, ` +
      `${formatCount(bothWrong)} ${agreeing(bothWrong, 'is', 'are')} wrong both times`
    : '';
  const rows = listed.map(({ sample, label, kind, before, after }): Cell[] => [
    figure(sample, String),
    label ? formatClass(label) : 'no label',
    ...answerCells(before),
    ...answerCells(after),
    kind ? KINDS[kind] : 'changed',
  ]);
  const heads = [
    ...words('Sample, from 0', 'Label', 'Original'),
    ...numbers('Confidence before'),
    ...words('Result'),
    ...numbers('Confidence after'),
    ...words('Change'),
  ];
  const moved = moves.map(({ from, to, count }): Cell[] => [`${formatClass(from)} became ${formatClass(to)}`, figure(count, formatCount)]);
  return [
    text(`${counted(total, 'answer')} changed${kinds}.`),
    ...(moved.length > 0
      ? [
          {
            kind: 'table' as const,
            table: { caption: 'The most frequent changes', columns: [...words('Change'), ...numbers('Samples')], rows: moved },
          },
        ]
      : []),
    {
      kind: 'table',
      table: capped(
        { caption: listed.length < total ? 'Changed answers, the first 1,000 of each kind' : 'Changed answers', columns: heads, rows },
        MOST_CHANGED,
      ),
    },
  ];
}

function answerCells(answer: Answer | null): Cell[] {
  return [answer ? formatClass(answer) : 'NaN', figure(answer?.confidence, (part) => formatPercent(part * 100), '–')];
}
