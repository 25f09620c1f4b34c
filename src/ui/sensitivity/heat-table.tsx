import type { Layer, SensitivityCell } from '../../engine/protocol/index';
import { lastStep, settingOf } from '../../recipe/steps';
import { setOverride, settle, useRecipe } from '../../state/recipe';
import type { SensitivityScan } from '../../state/results';
import { selectLayer, useView } from '../../state/view';
import { kilobytes } from '../../base/format';
import { cellKey, columnsOf, heatOf, measuresOf, type HeatMeasure } from '../../base/heat';
import { Name } from '../parts/name';

interface HeatTableProps {
  readonly scan: SensitivityScan;
  readonly layers: readonly Layer[];
  readonly measure: HeatMeasure;
  readonly running: boolean;
  /** A cell has the pointer or the focus: all of its figures, in words. */
  readonly onShow: (words: string) => void;
}

/** Layers down, settings across; darker (brighter in the dark theme) is worse. A cell is the button that pins its setting to its layer. */
export function HeatTable({ scan, layers, measure, running, onShow }: HeatTableProps) {
  const columns = columnsOf(scan.options);
  const cells = new Map(scan.cells.map((cell) => [cellKey(cell), cell]));
  const selected = useView((state) => state.layer);
  const recipe = useRecipe((state) => state.recipe);
  const pin = ({ layerId, kind, value }: SensitivityCell): void => {
    const index = lastStep(recipe, ({ scans }) => scans === kind);
    if (index < 0) return;
    setOverride(index, layerId, kind, value);
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
                  {cell ? (
                    <Cell
                      cell={cell}
                      label={label}
                      measure={measure}
                      chosen={settingOf(recipe, layer, kind) === value}
                      onPin={() => pin(cell)}
                      onShow={onShow}
                    />
                  ) : (
                    <span className="heat-waits">{running ? (last?.layerId === layer.id ? 'now' : 'waits') : '–'}</span>
                  )}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface CellProps {
  readonly cell: SensitivityCell;
  readonly label: string;
  readonly measure: HeatMeasure;
  /** It is the setting that its layer has now, by a plan or by hand. */
  readonly chosen: boolean;
  readonly onPin: () => void;
  readonly onShow: (words: string) => void;
}

function Cell({ cell, label, measure, chosen, onPin, onShow }: CellProps) {
  const value = measure.valueOf(cell);
  const words = `${cell.layerId} at ${label}: ${figuresOf(cell).join(', ')}`;
  const show = (): void => onShow(words);
  return (
    <button
      type="button"
      className="heat-cell"
      aria-pressed={chosen}
      data-heat={value === null ? undefined : heatOf(measure, value)}
      aria-label={words}
      onClick={onPin}
      onFocus={show}
      onPointerEnter={show}
    >
      {value === null ? '–' : measure.format(value)}
    </button>
  );
}

function figuresOf(cell: SensitivityCell): string[] {
  const { top1, top1Before, weightSqnrDb, bytes } = cell;
  return [
    ...measuresOf([cell]).map(({ label, valueOf, format }) => `${label} ${format(valueOf(cell) ?? 0)}`),
    ...(top1 === null || top1Before === null ? [] : [`top-1 ${top1Before.toFixed(1)} → ${top1.toFixed(1)} %`]),
    ...(weightSqnrDb === null ? [] : [`SQNR of the weights ${weightSqnrDb.toFixed(1)} dB`]),
    `${kilobytes(bytes)} kB`,
  ];
}
