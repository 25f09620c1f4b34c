import { saidOf } from '../base/answers-verdict';
import { chanceRemedy, NOT_TOLD } from '../base/chance-words';
import { counted } from '../base/plural';
import { inputsWords, proofWords } from '../base/proof-words';
import { speedWords } from '../base/verdict';
import { PROVIDERS, type Skipped } from '../engine/protocol/index';
import { byReason } from '../recipe/stays';
import { answersOf, truthLines, type Compared, type Report } from '../report/index';
import { alignedLines } from './columns';
import { printable } from '../base/node/system-errors';

type Row = [string, string, string, string];

/** The before/after table printed at the end, and what the passes said and could not touch. */
export function tableOf(report: Report): string {
  const lines = tableLines(['before', 'after'], sizeRows(report, report.sizes), [...figureRows(report), ...checkRows(report.checks)]);
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
  return [...lines, ...answerLines(report), '', ...notes, ...stored, ...proof, ...truth].map(printable).join('\n');
}

/** The table of two files that were compared. @param names what each is called. */
export function comparedText(compared: Compared, names: readonly [string, string]): string {
  return [...tableLines(names, sizeRows(compared, null), figureRows(compared)), ...answerLines(compared)].map(printable).join('\n');
}

function tableLines(names: readonly [string, string], ...rows: readonly (readonly Row[])[]): string[] {
  return alignedLines([['', ...names, ''], ...rows.flat()], ['left', 'right', 'right', 'left']);
}

/** What became of the answers: what has to be known before the file is used comes first. */
function answerLines(compared: Compared): string[] {
  const [first, ...others] = answersOf(compared)?.findings.map(saidOf) ?? [];
  const remedy = compared.chance?.told === false ? [chanceRemedy(compared.chance)] : [];
  const said = [...(first === undefined ? [] : [first]), ...remedy, ...others];
  return said.length > 0 ? ['', ...said] : [];
}

function grouped(what: string, skipped: readonly Skipped[]): string[] {
  return byReason(skipped).map(({ reason, names }) => `  ${what}: ${names.join(', ')}: ${reason}`);
}

function sizeRows({ before, after }: Compared, sizes: Report['sizes']): Row[] {
  const gzip: Row = ['size, gzip', bytes(before.gzipBytes), bytes(after.gzipBytes), percent(after.gzipBytes, before.gzipBytes)];
  return [
    ['size', bytes(before.bytes), bytes(after.bytes), percent(after.bytes, before.bytes)],
    ...(before.gzipBytes === null && after.gzipBytes === null ? [] : [gzip]),
    ...(sizes ? [brotli(sizes)] : []),
  ];
}

function figureRows(compared: Compared): Row[] {
  const { before, after, latencyRatio, environment, agreement } = compared;
  return [
    [
      'latency, median',
      ms(before.latencyMs?.median),
      ms(after.latencyMs?.median),
      [PROVIDERS[environment.ep].name, ...(latencyRatio ? [speedWords(latencyRatio)] : [])].join(', '),
    ],
    ['latency, p10 to p90', range(before.latencyMs), range(after.latencyMs), ''],
    ...accuracy(compared),
    ...(agreement ? [likeness(agreement), ...divergence(agreement)] : []),
    ...(agreement && agreement.nonFinite.after > 0 ? [nonFinite(agreement)] : []),
  ];
}

function checkRows({ crossEp, proof }: Report['checks']): Row[] {
  return [
    ...(crossEp?.checked == null ? [] : [check(`${PROVIDERS[crossEp.checked].name} against WASM`, crossEp)]),
    ...(proof?.studio ? [check('file against studio', proof.studio)] : []),
    ...(proof?.lossless ? [check('passes without loss', proof.lossless)] : []),
  ];
}

/** Where the original's answers cannot be told from chance no share means anything, and none is given. */
function accuracy(compared: Compared): Row[] {
  const {
    before: { accuracy: before },
    after: { accuracy: after },
    paired,
    chance,
  } = compared;
  if (chance?.told === false) return [['top-1', '-', '-', `${NOT_TOLD}, ${counted(chance.samples, 'sample')}`]];
  return [
    ['top-1', score(before?.top1), score(after?.top1), before ? counted(before.samples, 'sample') : 'not measured'],
    ...(before && after ? [['top-1, 95 %', interval(before.top1Interval), interval(after.top1Interval), ''] satisfies Row] : []),
    ['top-5', score(before?.top5), score(after?.top5), ''],
    ...(paired ? [difference(paired, answersOf(compared)?.short ?? '')] : []),
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

/** Of the outputs that hold class scores. */
function divergence({ outputs }: NonNullable<Report['agreement']>): Row[] {
  return outputs.flatMap(({ name, kl }): Row[] =>
    kl === null ? [] : [['KL', '', kl < 0.001 ? kl.toExponential(1) : kl.toFixed(4), `nats, mean over samples, of "${name}"`]],
  );
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

function interval({ low, high }: { readonly low: number; readonly high: number }): string {
  return `${low.toFixed(2)}-${high.toFixed(2)} %`;
}

function score(value: number | undefined): string {
  return value === undefined ? '-' : `${value.toFixed(2)} %`;
}
