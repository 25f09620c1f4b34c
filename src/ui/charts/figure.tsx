import { useState, type ReactNode } from 'react';

export interface FigureTable {
  readonly heads: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

interface FigureProps {
  readonly title: string;
  /** One sentence that says what the chart shows: its name for assistive technology. */
  readonly finding: string;
  /** n, runs, device, clock: what the figures stand on. */
  readonly note?: string;
  readonly table: FigureTable;
  readonly children: ReactNode;
}

/** A chart with its numbers one button away. */
export function Figure({ title, finding, note, table, children }: FigureProps) {
  const [asTable, setAsTable] = useState(false);
  return (
    <figure className="figure">
      <figcaption>
        <h3>{title}</h3>
        <button type="button" className="button plain small" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
          {asTable ? 'View as chart' : 'View as table'}
        </button>
      </figcaption>
      {asTable ? (
        <DataTable {...table} />
      ) : (
        <div role="img" aria-label={finding}>
          {children}
        </div>
      )}
      {note !== undefined && <p className="tiny quiet">{note}</p>}
    </figure>
  );
}

/** The first column is text, the others numbers. */
export function DataTable({ heads, rows }: FigureTable) {
  return (
    <div className="table-scroll">
      <table>
        <thead>
          <tr>
            {heads.map((head, i) => (
              <th key={head} scope="col" className={i > 0 ? 'number' : undefined}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.join('|')}>
              {row.map((cell, i) => (
                <td key={heads[i]} className={i > 0 ? 'number' : undefined}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
