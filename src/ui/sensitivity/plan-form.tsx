import { useState } from 'react';
import type { BitBudget, BitPlan } from '../../engine/protocol/index';
import { planBits } from '../../state/actions';
import { useDocument } from '../../state/document';
import { useResults } from '../../state/results';
import { formatBytes, formatChange } from '../../base/format';
import { MeasureButton } from '../parts/measure-button';
import { Segmented } from '../parts/segmented';
import { formatLoss } from '../../base/heat';
import { FLOAT_BITS } from '../../recipe/steps';

type Kind = BitBudget['kind'];

/** One click from the scan to bits for each layer, for a size or an accuracy budget. */
export function PlanForm() {
  const labelled = useDocument((state) => state.data?.labelled ?? false);
  const original = useDocument((state) => state.opened?.summary.bytes ?? 0);
  const predicted = useResults((state) => state.preview?.predictedBytes ?? null);
  const [kind, setKind] = useState<Kind>('bytes');
  const [points, setPoints] = useState(1);
  const [kilobytes, setKilobytes] = useState<number | null>(null);
  const [loss, setLoss] = useState(0.05);
  const [plan, setPlan] = useState<BitPlan | null>(null);
  const size = kilobytes ?? Math.round((predicted ?? original) / 1000);
  const budget: BitBudget = kind === 'bytes' ? { kind, bytes: size * 1000 } : kind === 'points' ? { kind, points, samples: null } : { kind, loss };
  return (
    <div className="plan-form">
      <h3>Bits for each layer</h3>
      <Segmented
        label="Budget"
        value={kind}
        choices={[{ value: 'bytes', label: 'Size' }, ...(labelled ? [{ value: 'points', label: 'Accuracy' }] : []), { value: 'loss', label: 'Loss' }]}
        onChange={(next) => setKind(next === 'points' || next === 'loss' ? next : 'bytes')}
      />
      {kind === 'bytes' && <NumberField label="File of at most, kB" value={size} step={1} onChange={setKilobytes} />}
      {kind === 'points' && <NumberField label="Lose at most, points" value={points} step={0.1} onChange={setPoints} />}
      {kind === 'loss' && <NumberField label="Sum of losses at most" value={loss} step={0.01} onChange={setLoss} />}
      <MeasureButton what="Choose the bits" onClick={async () => setPlan(await planBits(budget))} />
      {plan && <span className="small quiet">{describe(plan)}</span>}
    </div>
  );
}

function describe({ predictedBytes, predictedLoss, measured, checked, bits }: BitPlan): string {
  const widths = [...new Set(bits.map((entry) => entry.bits).filter((b) => b !== FLOAT_BITS))].toSorted((a, b) => a - b).join(', ');
  const floats = bits.filter((entry) => entry.bits === FLOAT_BITS).length;
  const run = checked ? `loses ${formatLoss(checked.loss)} on ${checked.samples} samples, the least of ${checked.plans} plans that were run` : `sum of losses ${formatLoss(predictedLoss)}`;
  const cost = measured ? `${formatChange(measured.points, 2)} pt on ${measured.samples} samples` : run;
  return `${bits.length - floats} layers at ${widths} bits${floats > 0 ? `, ${floats} left float` : ''}: ${formatBytes(predictedBytes)}, ${cost}.`;
}

function NumberField({ label, value, step, onChange }: { readonly label: string; readonly value: number; readonly step: number; readonly onChange: (value: number) => void }) {
  return (
    <label className="small">
      {label} <input className="field" type="number" min={0} step={step} value={value} onChange={({ target }) => Number.isFinite(target.valueAsNumber) && target.valueAsNumber > 0 && onChange(target.valueAsNumber)} />
    </label>
  );
}
