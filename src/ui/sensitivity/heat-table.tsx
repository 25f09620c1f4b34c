import type { Layer, SensitivityCell } from '../../engine/protocol/index';
import { setOverride, settle, useRecipe } from '../../state/recipe';
import type { SensitivityScan } from '../../state/results';
import { selectLayer, useView } from '../../state/view';
import { kilobytes } from '../../base/format';
import { cellKey, columnsOf, formatLoss, heatOf, lossOf } from '../../base/heat';
import { Name } from '../parts/name';

/** Pass that a cell of each kind pins, and the option it sets. */
const PINS = { bits: { pass: 'quantize-weights', option: 'bits' }, sparsity: { pass: 'prune-weights', option: 'sparsity' } } as const;

/** Layers down, settings across; darker (brighter in the dark theme) is worse. A cell is the button that pins its setting to its layer. */
export function HeatTable({ scan, layers, running }: { readonly scan: SensitivityScan; readonly layers: readonly Layer[]; readonly running: boolean }) {
  const columns = columnsOf(scan.options);
  const cells = new Map(scan.cells.map((cell) => [cellKey(cell), cell]));
  const selected = useView((state) => state.layer);
  const passes = useRecipe((state) => state.recipe.passes);
  const pin = ({ layerId, kind, value }: SensitivityCell): void => {
    const index = passes.findLastIndex((step) => step.id === PINS[kind].pass && step.off !== true);
    if (index < 0) return;
    setOverride(index, layerId, PINS[kind].option, value);
    settle();
  };
  const last = scan.cells.at(-1);
  return (
    <table className="heat" aria-label="Sensitivity">
      <thead>
        <tr>
          <th scope="col">Layer</th>
          {columns.map(({ label }) => (
            <th key={label} scope="col" className="number">
              {label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {layers.map((layer) => (
          <tr key={layer.id} data-selected={layer.id === selected || undefined}>
            {/* oxlint-disable-next-line jsx-a11y/control-has-associated-label */}
            <th scope="row">
              <button type="button" className="sort heat-layer" onClick={() => selectLayer(layer.id)}>
                <Name>{layer.id}</Name>
              </button>
            </th>
            {columns.map(({ kind, value, label }) => {
              const cell = cells.get(cellKey({ layerId: layer.id, kind, value }));
              return (
                <td key={label} className="number">
                  {cell ? <Cell cell={cell} label={label} onPin={() => pin(cell)} /> : <span className="heat-waits">{running ? (last?.layerId === layer.id ? 'now' : 'waits') : '–'}</span>}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Cell({ cell, label, onPin }: { readonly cell: SensitivityCell; readonly label: string; readonly onPin: () => void }) {
  const loss = lossOf(cell);
  const { kl, top1, agreement, weightSqnrDb, bytes } = cell;
  const more = [
    kl === null ? `noise over signal of the outputs ${formatLoss(loss)}` : `KL ${formatLoss(loss)} nats`,
    top1 === null ? '' : `top-1 ${top1.toFixed(1)} %`,
    agreement === null ? '' : `${agreement.toFixed(1)} % of the answers kept`,
    weightSqnrDb === null ? '' : `weights ${weightSqnrDb.toFixed(1)} dB`,
    `${kilobytes(bytes)} kB`,
  ].filter(Boolean);
  return (
    <button type="button" className="heat-cell" data-heat={heatOf(loss)} title={`${more.join(', ')}. Choose to pin.`} aria-label={`${cell.layerId} at ${label}: ${more.join(', ')}`} onClick={onPin}>
      {formatLoss(loss)}
    </button>
  );
}
