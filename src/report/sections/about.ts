import { formatCount, formatLarge, formatValue } from '../../base/format';
import { proofWords } from '../../base/proof-words';
import { counted } from '../../base/plural';
import type { BackendCheck, Proof, SameCheck } from '../../engine/protocol/index';
import { PROVIDERS } from '../../engine/protocol/index';
import { contradictionsOf } from '../../recipe/contradictions';
import { labelRecipe } from '../../recipe/label';
import { figure, NOT_MEASURED, numbers, section, text, words, type Block, type Cell, type Section, type Table } from '../content';
import type { Report } from '../types';
import { decibels } from '../words';

const NOT_KNOWN = 'not known';

/** The recipe, what each of its passes said, and both forms in which it travels. */
export function recipeSection({ recipe, recipeLink, steps, layers }: Report): Section {
  const against = contradictionsOf(
    recipe,
    layers.map(({ name, op }) => ({ id: name, op })),
  ).map(({ words: said }) => said);
  const said =
    steps?.flatMap(({ id, note, skipped }) => [
      `${id}: ${note}`,
      ...skipped.map(({ layer, reason }) => `${id} left out ${layer}: ${reason}`),
    ]) ?? [];
  return section('recipe', 'Recipe', [
    text(`${labelRecipe(recipe)}.`),
    ...(against.length > 0 ? [text(...against)] : []),
    ...(said.length > 0 ? [{ kind: 'list' as const, items: said }] : []),
    { kind: 'code', label: 'Recipe file', text: JSON.stringify(recipe, null, 2) },
    { kind: 'code', label: "Link: put this after the page's address", text: recipeLink },
  ]);
}

/** Whether the figures can be trusted: backends against each other, the written file against what it was made from. */
export function checksSection({ checks: { crossEp, proof, original } }: Report): Section {
  if (!crossEp && !proof && !original) return section('checks', 'Checks', null);
  const table: Table = {
    caption: 'Whether the figures can be trusted',
    columns: [...words('Check', 'Result'), ...numbers('Max error', 'SQNR, dB'), ...words('In words')],
    rows: [
      backends('Original, on its backends', original),
      backends('Written file, on its backends', crossEp),
      opened(proof),
      sameCheck("Written file against the studio's values", proof?.studio ?? null, "Same weights, run by the studio's own session."),
      sameCheck('Passes that lose nothing, against the opened file', proof?.lossless ?? null, 'Folding and the like may change no output.'),
    ],
  };
  return section('checks', 'Checks', [{ kind: 'table', table }]);
}

function opened(proof: Proof | null): Cell[] {
  const name = 'Written file against the opened one';
  if (!proof) return [name, NOT_MEASURED, '–', '–', '–'];
  const result = proof.faults.length > 0 ? 'wrong' : proof.ran ? 'ran' : 'not run here';
  return [
    name,
    result,
    figure(proof.difference?.maxAbs, formatValue, '–'),
    figure(proof.difference?.sqnrDb, decibels, proof.ran ? 'exact' : '–'),
    proofWords(proof).join(' '),
  ];
}

function sameCheck(name: string, check: SameCheck | null, meaning: string): Cell[] {
  if (!check) return [name, NOT_MEASURED, '–', '–', '–'];
  return [name, check.ok ? 'agrees' : 'differs', figure(check.maxAbs, formatValue), figure(check.sqnrDb, decibels, 'exact'), meaning];
}

function backends(name: string, check: BackendCheck | null): Cell[] {
  if (!check) return [name, NOT_MEASURED, '–', '–', '–'];
  const { ok, maxAbs, sqnrDb, repaired, layout, verdict } = check;
  return [
    name,
    ok ? 'agrees' : 'differs',
    figure(maxAbs, formatValue),
    figure(sqnrDb, decibels, 'exact'),
    repaired ? `${verdict} (layout ${layout} after the default one differed)` : verdict,
  ];
}

/** What was measured, on what, with which samples. */
export function conditionsSection({ model, environment, data, card }: Report): Section {
  const { adapter, browser, ep, wasmThreads, software, fallbackReason, date } = environment;
  const rows: Cell[][] = [
    ['Date', date],
    ['Adapter', `${adapter ?? NOT_KNOWN}${software === true ? ' (software)' : ''}`],
    ['Run in', browser ?? NOT_KNOWN],
    ['Backend', `${PROVIDERS[ep].name}${fallbackReason === null ? '' : `: ${fallbackReason}`}`],
    ['WASM threads', figure(wasmThreads, String, NOT_KNOWN)],
    ['Model', model.name],
    ['SHA-256', model.sha256],
    ['Weights', figure(model.params, formatCount)],
    ['Multiply-adds', figure(model.macs, formatLarge, NOT_KNOWN)],
    ['Opset', figure(model.opset, String)],
    [
      'Samples',
      data
        ? `${data.name}: ${counted(data.samples, 'sample')}, ` +
          `${data.labelled ? 'labelled' : 'without labels'}${data.classes === null ? '' : `, ${counted(data.classes, 'class', 'classes')}`}`
        : 'none',
    ],
    ...(data
      ? [
          [
            'Split',
            `${formatCount(data.split.calibration)} may be learned from and are never scored; ` +
              `${formatCount(data.split.scored)} of the other ${formatCount(data.split.heldOut)} are scored, whatever the recipe`,
          ],
        ]
      : []),
  ];
  const left: Block[] =
    data && data.problems.count > 0
      ? [text(`${counted(data.problems.count, 'sample was', 'samples were')} left out:`), { kind: 'list', items: data.problems.first }]
      : [];
  return section('conditions', 'Conditions', [
    { kind: 'table', table: { caption: 'Model, device and samples', columns: words('What', 'Value'), rows } },
    ...left,
    ...(card ? [{ kind: 'code' as const, label: 'Evaluation card', text: JSON.stringify(card, null, 2) }] : []),
  ]);
}
