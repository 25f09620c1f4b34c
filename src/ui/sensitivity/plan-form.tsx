import { useState } from 'react';
import type { BitBudget, BitPlan } from '../../engine/protocol/index';
import { planBits } from '../../state/actions';
import { useDocument } from '../../state/document';
import { useRecipe } from '../../state/recipe';
import { isFresh, useResults } from '../../state/results';
import { formatBytes, formatChange, formatPercent } from '../../base/format';
import { MeasureButton } from '../parts/measure-button';
import { Segmented } from '../parts/segmented';
import { timeWords } from '../../base/verdict';
import { formatLoss } from '../../base/heat';
import { counted } from '../../base/plural';
import { limitWords } from '../../base/limit-words';
import { FLOAT_BITS } from '../../recipe/steps';
import { Help } from '../parts/help';

type Kind = BitBudget['kind'];

/** One click to bits for each layer: for a size or an accuracy from what was scanned, for a time from samples. */
export function PlanForm({ scanned }: { readonly scanned: boolean }) {
  const labelled = useDocument((state) => state.data?.labelled ?? false);
  const hasSamples = useDocument((state) => state.data !== null);
  const original = useDocument((state) => state.opened?.summary.bytes ?? 0);
  const predicted = useResults((state) => state.preview?.predictedBytes ?? null);
  const [wanted, setKind] = useState<Kind>('bytes');
  const [points, setPoints] = useState(1);
  const [kilobytes, setKilobytes] = useState<number | null>(null);
  const [loss, setLoss] = useState(0.05);
  const [share, setShare] = useState(80);
  const plan = useResults((state) => state.plan?.value ?? null);
  const recipe = useRecipe((state) => state.recipe);
  const choices: readonly { readonly value: Kind; readonly label: string }[] = [
    ...(scanned ? [{ value: 'bytes', label: 'Size' } as const] : []),
    ...(scanned && labelled ? [{ value: 'points', label: 'Accuracy' } as const] : []),
    ...(scanned ? [{ value: 'loss', label: 'Loss' } as const] : []),
    ...(hasSamples ? [{ value: 'time', label: 'Time' } as const] : []),
  ];
  const kind = choices.find((choice) => choice.value === wanted)?.value ?? choices[0]?.value;
  if (kind === undefined) return null;
  const size = kilobytes ?? Math.round((predicted ?? original) / 1000);
  const budgets: { readonly [K in Kind]: Extract<BitBudget, { kind: K }> } = {
    bytes: { kind: 'bytes', bytes: size * 1000 },
    points: { kind: 'points', points, samples: null },
    loss: { kind: 'loss', loss },
    time: { kind: 'time', ratio: share / 100 },
  };
  return (
    <div className="plan-form">
      <h3>Bits for each layer</h3>
      <Help about="plans" terms={['bits', 'loss', 'points', 'limit', 'agreement', 'calibration', 'wasm']} />
      <Segmented
        label="Budget"
        value={kind}
        choices={choices}
        onChange={(next) => setKind(choices.find((choice) => choice.value === next)?.value ?? kind)}
      />
      {kind === 'bytes' && <NumberField label="File of at most, kB" value={size} step={1} onChange={setKilobytes} />}
      {kind === 'points' && <NumberField label="Lose at most, points" value={points} step={0.1} onChange={setPoints} />}
      {kind === 'loss' && <NumberField label="Sum of losses at most" value={loss} step={0.01} onChange={setLoss} />}
      {kind === 'time' && <NumberField label="Take at most, % of the original’s time on WASM" value={share} step={5} onChange={setShare} />}
      <MeasureButton what="Choose the bits" learns onClick={() => planBits(budgets[kind])} />
      {plan && isFresh(plan, recipe) && <PlanNote plan={plan} />}
    </div>
  );
}

/** What the plan is and costs, and the same bits under each rounding that was run. */
function PlanNote({ plan }: { readonly plan: BitPlan }) {
  return (
    <div className="small quiet">
      <p>
        {describe(plan)}{' '}
        {plan.measured && <span className={plan.measured.verdict === 'passed' ? undefined : 'warning'}>{limitWords(plan.measured)}</span>}
      </p>
      {plan.roundings.length > 1 && (
        <ul>
          {plan.roundings.map(({ rounding, bytes, loss, agreement, samples, chosen }) => (
            <li key={rounding}>
              Rounding {rounding}: {formatBytes(bytes)}, {keptWords(agreement)}loses {formatLoss(loss)} on {counted(samples, 'sample')}
              {chosen ? ' (chosen)' : ''}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** @param agreement percent of the answers that stayed; null where no samples were run. */
function keptWords(agreement: number | null): string {
  return agreement === null ? '' : `${formatPercent(agreement)} of answers kept, `;
}

function describe({ predictedBytes, predictedLoss, measured, checked, timed, bits }: BitPlan): string {
  const widths = [...new Set(bits.map((entry) => entry.bits).filter((b) => b !== FLOAT_BITS))].toSorted((a, b) => a - b).join(', ');
  const floats = bits.filter((entry) => entry.bits === FLOAT_BITS).length;
  const planned = bits.length - floats;
  const rest = floats > 0 ? `, ${floats} left float` : '';
  if (timed && checked) {
    return (
      `${counted(planned, 'layer computes', 'layers compute')} on integers${rest}: ${timeWords(timed)}, ` +
      `${formatBytes(predictedBytes)}, loses ${formatLoss(checked.loss)} on ` +
      `${counted(checked.samples, 'sample')}; ${counted(checked.plans, 'plan was', 'plans were')} timed.`
    );
  }
  const run = checked
    ? `loses ${formatLoss(checked.loss)} on ${counted(checked.samples, 'sample')}, ` +
      `the least of ${counted(checked.plans, 'plan that was', 'plans that were')} run`
    : `sum of losses ${formatLoss(predictedLoss)}`;
  const cost = measured
    ? `${formatChange(measured.points, 2)} pt (95 %: ${formatChange(measured.interval.low, 2)} ` +
      `to ${formatChange(measured.interval.high, 2)}) on ${counted(measured.samples, 'sample')}`
    : run;
  return `${counted(planned, 'layer')} at ${widths} bits${rest}: ${formatBytes(predictedBytes)}, ${cost}.`;
}

/** Beyond, a size in bytes is no whole number any more. */
const MOST = 1e12;

function NumberField({
  label,
  value,
  step,
  onChange,
}: {
  readonly label: string;
  readonly value: number;
  readonly step: number;
  readonly onChange: (value: number) => void;
}) {
  return (
    <label className="small">
      {label}{' '}
      <input
        className="field"
        type="number"
        min={0}
        step={step}
        value={value}
        onChange={({ target }) =>
          Number.isFinite(target.valueAsNumber) &&
          target.valueAsNumber > 0 &&
          target.valueAsNumber <= MOST &&
          onChange(target.valueAsNumber)
        }
      />
    </label>
  );
}
