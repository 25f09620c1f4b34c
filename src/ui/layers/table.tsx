import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, type KeyboardEvent } from 'react';
import { selectLayer, sortBy, useView } from '../../state/view';
import { useIsNarrow } from '../parts/use-media';
import { COLUMNS } from './columns';
import type { LayerRow, Totals } from './rows';

const ROW = { wide: 23, narrow: 48 };
const PAGE = 10;

interface TableProps {
  readonly rows: readonly LayerRow[];
  readonly totals: Totals;
}

/** Only the rows in view are in the document: a model of a thousand layers scrolls like one of ten. */
export function LayerTable({ rows, totals }: TableProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const { layer: selected, sort } = useView();
  const narrow = useIsNarrow();
  const rowHeight = narrow ? ROW.narrow : ROW.wide;
  // The compiler leaves this component alone, since the virtualizer's functions change with every scroll.
  // oxlint-disable-next-line react/incompatible-library
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
  });
  const at = rows.findIndex(({ layer }) => layer.id === selected);
  const largest = Math.max(1, ...rows.map(({ layer }) => layer.bytes));
  const items = virtual.getVirtualItems();
  const [above, below] = [items[0]?.start ?? 0, virtual.getTotalSize() - (items.at(-1)?.end ?? 0)];
  const shown = narrow ? COLUMNS.filter((column) => column.narrow) : COLUMNS;

  useEffect(() => virtual.measure(), [virtual, rowHeight]);
  useEffect(() => {
    if (at >= 0) virtual.scrollToIndex(at);
  }, [virtual, at]);

  const onKeyDown = (event: KeyboardEvent): void => {
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + PAGE, PageUp: at - PAGE, Home: 0, End: rows.length - 1 }[event.key];
    if (to === undefined || event.target !== event.currentTarget) return;
    event.preventDefault();
    const row = rows[Math.max(0, Math.min(rows.length - 1, to))];
    if (row) selectLayer(row.layer.id);
  };

  return (
    <div className="layer-scroll" ref={scroller}>
      {/* The grid itself takes the focus; the row that is active is named by aria-activedescendant. */}
      <table
        className="layer-table"
        // A table that is moved through by keys is a grid (WAI-ARIA authoring practices).
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-to-interactive-role
        role="grid"
        aria-label="Layers"
        aria-rowcount={rows.length + 1}
        aria-activedescendant={at >= 0 ? rowId(at) : undefined}
        tabIndex={0}
        onKeyDown={onKeyDown}
      >
        <thead>
          <tr>
            {shown.map(({ key, head, number }) => (
              <th
                key={key}
                scope="col"
                data-column={key}
                className={number ? 'number' : undefined}
                aria-sort={sort.key === key ? (sort.descending ? 'descending' : 'ascending') : undefined}
              >
                {key === 'shape' || key === 'bar' ? (
                  head
                ) : (
                  <button type="button" className="sort" onClick={() => sortBy(key)}>
                    {head}
                    {sort.key === key && <span aria-hidden>{sort.descending ? ' ↓' : ' ↑'}</span>}
                  </button>
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {above > 0 && <Gap height={above} columns={shown.length} />}
          {items.map(({ index }) => {
            const row = rows[index];
            if (!row) return null;
            return (
              // Keys are the grid's.
              // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
              <tr
                key={row.layer.id}
                id={rowId(index)}
                aria-rowindex={index + 2}
                aria-selected={index === at}
                style={{ height: rowHeight }}
                onClick={() => selectLayer(row.layer.id)}
              >
                {shown.map(({ key, number, cell }) => (
                  <td key={key} data-column={key} className={number ? 'number' : undefined}>
                    {cell(row, largest)}
                  </td>
                ))}
              </tr>
            );
          })}
          {below > 0 && <Gap height={below} columns={shown.length} />}
        </tbody>
        <tfoot>
          <tr>
            {shown.map(({ key, number, total }) => (
              <td key={key} data-column={key} className={number ? 'number' : undefined}>
                {total(totals, rows.length)}
              </td>
            ))}
          </tr>
        </tfoot>
      </table>
    </div>
  );
}

function rowId(index: number): string {
  return `layer-row-${index}`;
}

/** Stands for the rows that are not in the document. */
function Gap({ height, columns }: { readonly height: number; readonly columns: number }) {
  return (
    <tr aria-hidden style={{ height }}>
      {/* oxlint-disable-next-line jsx-a11y/control-has-associated-label */}
      <td colSpan={columns} style={{ padding: 0, border: 0 }} />
    </tr>
  );
}
