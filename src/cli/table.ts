import { saidOf } from '../base/answers-verdict';
import { chanceRemedy, NOT_TOLD } from '../base/chance-words';
import { counted } from '../base/plural';
import { inputsWords, proofWords } from '../base/proof-words';
import { speedWords } from '../base/verdict';
import { PROVIDERS, type Skipped } from '../engine/protocol/index';
import { byReason } from '../recipe/stays';
import { answersOf, truthLines, type Report } from '../report/index';
import { printable } from './problem';

type Row = [string, string, string, string];

/** The before/after table printed at the end, and what the passes said and could not touch. */
export function tableOf(report: Report): string {
  const rows = rowsOf(report);
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, i) => (i === 0 || i === 3 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
  const stays = report.stored?.stays ?? [];
  const isTold = (id: string, { layer, reason }: Skipped): boolean =>
    stays.some((each) => each.layer === layer && each.reason === `${id}: ${reason}`);
  const notes =
    report.steps?.flatMap((step) => [
      `${step.id}: ${step.note}`,
      ...grouped(
        'not touched',
        step.skipped.filter((skip) => !isTold(step.id, skip)),
      ),
    ]) ?? [];
  const stored = report.stored ? ['', report.stored.totals, ...grouped('stays', stays)] : [];
  const { known = [], open = null } = report.truth ? truthLines(report.truth) : {};
  const truth = report.truth ? ['', ...known, ...(open === null ? [] : [open])] : [];
  const proof = report.checks.proof ? ['', ...proofWords(report.checks.proof)] : [];
  return [...lines, ...answers(report), '', ...notes, ...stored, ...proof, ...truth].map(printable).join('\n');
}

/** What became of the answers: what has to be known before the file is used comes first. */
function answers(report: Report): string[] {
  const [first, ...others] = answersOf(report)?.findings.map(saidOf) ?? [];
  const remedy = report.chance?.told === false ? [chanceRemedy(report.chance)] : [];
  const said = [...(first === undefined ? [] : [first]), ...remedy, ...others];
  return said.length > 0 ? ['', ...said] : [];
}

function grouped(what: string, skipped: readonly Skipped[]): string[] {
  return byReason(skipped).map(({ reason, names }) => `  ${what}: ${names.join(', ')}: ${reason}`);
}

function rowsOf(report: Report): Row[] {
  const { before, after, sizes, latencyRatio, environment, agreement, checks } = report;
  return [
    ['', 'before', 'after', ''],
    ['size', bytes(before.bytes), bytes(after.bytes), percent(after.bytes, before.bytes)],
    ['size, gzip', bytes(before.gzipBytes), bytes(after.gzipBytes), percent(after.gzipBytes, before.gzipBytes)],
    ...(sizes ? [brotli(sizes)] : []),
    [
      'latency, median',
      ms(before.latencyMs?.median),
      ms(after.latencyMs?.median),
      [PROVIDERS[environment.ep].name, ...(latencyRatio ? [speedWords(latencyRatio)] : [])].join(', '),
    ],
    ['latency, p10 to p90', range(before.latencyMs), range(after.latencyMs), ''],
    ...accuracy(report),
    ...(agreement ? [likeness(agreement)] : []),
    ...(agreement && agreement.nonFinite.after > 0 ? [nonFinite(agreement)] : []),
    ...(checks.crossEp?.checked == null ? [] : [check(`${PROVIDERS[checks.crossEp.checked].name} against WASM`, checks.crossEp)]),
    ...(checks.proof?.studio ? [check('file against studio', checks.proof.studio)] : []),
    ...(checks.proof?.lossless ? [check('passes without loss', checks.proof.lossless)] : []),
  ];
}

/** Where the original's answers cannot be told from chance no share means anything, and none is given. */
function accuracy(report: Report): Row[] {
  const {
    before: { accuracy: before },
    after: { accuracy: after },
    paired,
    chance,
  } = report;
  if (chance?.told === false) return [['top-1', '-', '-', `${NOT_TOLD}, ${counted(chance.samples, 'sample')}`]];
  return [
    ['top-1', score(before?.top1), score(after?.top1), before ? counted(before.samples, 'sample') : 'not measured'],
    ['top-5', score(before?.top5), score(after?.top5), ''],
    ...(paired ? [difference(paired, answersOf(report)?.short ?? '')] : []),
  ];
}

function brotli({ before, after }: NonNullable<Report['sizes']>): Row {
  return ['size, brotli', bytes(before.brotliBytes), bytes(after.brotliBytes), percent(after.brotliBytes, before.brotliBytes)];
}

function difference(
  { difference: points, interval: { low, high }, worse, better, p }: NonNullable<Report['paired']>,
  verdict: string,
): Row {
  const note = `${verdict}; 95 % ${low.toFixed(2)} to ${high.toFixed(2)}; ${worse} worse, ${better} better, p ${p.toPrecision(2)}`;
  return ['top-1, difference in points', '', points.toFixed(2), note];
}

function likeness({ top1, cosine, maxAbs, samples, madeUp }: NonNullable<Report['agreement']>): Row {
  const inputs = madeUp === null ? '' : `, ${inputsWords({ count: samples, madeUp })}`;
  return ['agreement, top-1', '', score(top1 ?? undefined), `cosine ${cosine.toFixed(6)}, max ${maxAbs.toExponential(1)}${inputs}`];
}

function nonFinite({ nonFinite: { before, after } }: NonNullable<Report['agreement']>): Row {
  return ['NaN or infinity', String(before), String(after), 'samples with such outputs'];
}

function check(name: string, { ok, maxAbs }: { readonly ok: boolean; readonly maxAbs: number }): Row {
  return [name, '', ok ? 'agrees' : 'differs', `max ${maxAbs.toExponential(1)}`];
}

function bytes(value: number | null): string {
  return value === null ? '-' : `${value.toLocaleString('en')} B`;
}

function percent(after: number | null, before: number | null): string {
  return after === null || before === null || before === 0 ? '' : `${((100 * after) / before).toFixed(1)} % of the original`;
}

function ms(value: number | undefined): string {
  return value === undefined ? '-' : `${milliseconds(value)} ms`;
}

function range(latency: Report['before']['latencyMs']): string {
  return latency === null ? '-' : `${milliseconds(latency.p10)}-${milliseconds(latency.p90)} ms`;
}

/** Two decimals, and three figures below 1. */
function milliseconds(value: number): string {
  return value < 1 ? value.toPrecision(3) : value.toFixed(2);
}

function score(value: number | undefined): string {
  return value === undefined ? '-' : `${value.toFixed(2)} %`;
}
