import { formatBytes, formatCount } from '../../base/format';
import { placementWords } from '../../base/placement-words';
import { pairBy } from '../../base/pair';
import { BAND, speedWords, times } from '../../base/verdict';
import { counted } from '../../base/plural';
import { PROVIDERS } from '../../engine/protocol/index';
import { labelRecipe } from '../../recipe/label';
import { figure, interval, numbers, section, text, words, type Block, type Section, type SpreadRow } from '../content';
import { notRun } from '../reasons';
import { truthLines } from '../truth-lines';
import type { Report } from '../types';
import { hundredths, milliseconds } from '../words';

/** The truth meter's sentences as they were said. */
export function truthSection({ truth }: Report): Section {
  const lines = truth && truthLines(truth);
  return section('truth', 'What the recipe gains on this device', lines && [{ kind: 'list', items: lines.known }, text(lines.open)]);
}

/** Where the operators of original and result ran. */
export function placementSection(report: Report): Section {
  const { placement } = report;
  if (!placement) return section('placement', 'Where operators ran', null, notRun(report));
  const { ep, before, after } = placement;
  const pairs = pairBy(before.operators, after.operators, ({ op, provider }) => `${op} ${provider}`).toSorted(
    (x, y) => (y.after?.ms ?? y.before?.ms ?? 0) - (x.after?.ms ?? x.before?.ms ?? 0),
  );
  const none = '–';
  return section('placement', 'Where operators ran', [
    text(`On ${PROVIDERS[ep].name}. Original: ${placementWords(before)}. Result: ${placementWords(after)}.`),
    {
      kind: 'table',
      table: {
        caption: 'Operators, milliseconds a run while the runtime records',
        columns: [...words('Operator', 'Ran on'), ...numbers('Nodes before', 'ms before', 'Nodes after', 'ms after')],
        rows: pairs.map(({ before: a, after: b }) => {
          const { op = '', provider = '' } = a ?? b ?? {};
          return [
            op,
            provider,
            figure(a?.count, formatCount, none),
            figure(a?.ms, milliseconds, none),
            figure(b?.count, formatCount, none),
            figure(b?.ms, milliseconds, none),
          ];
        }),
      },
    },
    text(
      `Means of ${counted(after.runs, 'run')}; recording slows a session, so these are no latencies.`,
      after.gpuStepMs !== null && after.gpuStepMs > 0 ? `The browser rounds GPU times to ${after.gpuStepMs} ms.` : null,
    ),
  ]);
}

/** The weights in every form that fits, really run. */
export function formsSection(report: Report): Section {
  const { forms: found } = report;
  if (!found) return section('forms', 'Forms, really run', null, notRun(report));
  const { forms, ep, recipe } = found;
  const spreads = forms.flatMap(({ label, form, ratio }): SpreadRow[] =>
    ratio
      ? [
          {
            label,
            side: form === 'original' ? 'original' : 'result',
            low: ratio.low,
            mid: ratio.median,
            high: ratio.high,
            points: [],
            note: times(ratio.median),
          },
        ]
      : [],
  );
  const notes = forms.filter(({ note }) => note !== '').map(({ label, note }) => `${label}: ${note}`);
  const list: Block[] = notes.length > 0 ? [{ kind: 'list', items: notes }] : [];
  return section('forms', 'Forms, really run', [
    {
      kind: 'chart',
      finding: `Time against the original's with 95 % intervals: ${spreads.map(({ label, note }) => `${label} ${note}`).join('; ')}`,
      chart: { kind: 'spreads', rows: spreads, limits: [0, Infinity], zero: false, band: [1 - BAND, 1 + BAND], unit: '×' },
    },
    {
      kind: 'table',
      table: {
        caption: `Each form on ${PROVIDERS[ep].name}, in turns with the original`,
        columns: [
          ...words('Form'),
          ...numbers('File', 'Gzip', 'Median, ms', 'Runs', 'Time against the original', '95 % interval'),
          ...words('Verdict'),
        ],
        rows: forms.map(({ label, bytes, gzipBytes, latency, ratio }) => [
          label,
          figure(bytes, formatBytes),
          figure(gzipBytes, formatBytes),
          figure(latency?.median, milliseconds),
          figure(latency?.runs, formatCount),
          figure(ratio?.median, times),
          interval(ratio, hundredths),
          ratio ? speedWords(ratio) : '–',
        ]),
      },
    },
    text(
      'Band: ±5 %, no measurable change. "Original" is a second copy of itself: ' +
        `it shows the device's noise. The packed form took its bits from: ${labelRecipe(recipe)}.`,
    ),
    ...list,
  ]);
}
