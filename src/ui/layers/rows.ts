import type { Layer, LayerState } from '../../engine/protocol/index';
import type { SortKey } from '../../state/view';

/** A layer with its present state: what a row of the table shows. */
export interface LayerRow {
  /** Place in the model, from 1. */
  readonly order: number;
  readonly layer: Layer;
  /** What the layer is under the recipe; as it was opened until the first preview has arrived. */
  readonly now: Pick<LayerState, 'op' | 'shape' | 'params'>;
  /** null until the first preview has arrived. */
  readonly state: LayerState | null;
  /** The layer has settings of its own in some pass. */
  readonly pinned: boolean;
}

/** In the order of the graph; a layer that the last preview has not seen has no state. */
export function joinRows(layers: readonly Layer[], states: readonly LayerState[], pinned: ReadonlySet<string>): LayerRow[] {
  const byId = new Map(states.map((state) => [state.id, state]));
  return layers.map((layer, i) => {
    const state = byId.get(layer.id) ?? null;
    return { order: i + 1, layer, now: state ?? layer, state, pinned: pinned.has(layer.id) };
  });
}

/** Rows whose name or operator holds the text, in the order of a column. */
export function arrangeRows(
  rows: readonly LayerRow[],
  filter: string,
  sort: { readonly key: SortKey; readonly descending: boolean },
): readonly LayerRow[] {
  const wanted = filter.trim().toLowerCase();
  const found = wanted === '' ? rows : rows.filter(({ layer, now }) => `${layer.id} ${now.op}`.toLowerCase().includes(wanted));
  if (sort.key === 'order' && !sort.descending) return found;
  const sign = sort.descending ? -1 : 1;
  return found.toSorted((a, b) => sign * compare(valueOf(a, sort.key), valueOf(b, sort.key)) || a.order - b.order);
}

function compare(a: string | number, b: string | number): number {
  return typeof a === 'string' || typeof b === 'string' ? String(a).localeCompare(String(b), 'en', { numeric: true }) : a - b;
}

function valueOf({ order, layer, now, state }: LayerRow, key: SortKey): string | number {
  switch (key) {
    case 'order':
      return order;
    case 'id':
      return layer.id;
    case 'op':
      return now.op;
    case 'params':
      return now.params;
    case 'bytesBefore':
      return layer.bytes;
    case 'bits':
      return state?.bits ?? 0;
    case 'sparsity':
      return state?.sparsity ?? 0;
    // An unchanged layer has no error at all: it stands above every figure.
    case 'sqnrDb':
      return state?.sqnrDb ?? Number.MAX_VALUE;
    case 'bytesAfter':
      return state?.bytesAfter ?? layer.bytes;
  }
}

export interface Totals {
  readonly params: number;
  /** Mean stored bits a weight. */
  readonly bits: number;
  readonly sparsity: number;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
}

/** Sums over these rows; bits and sparsity are means a weight. A layer without a state counts as it was. */
export function totalsOf(rows: readonly LayerRow[]): Totals {
  let [params, bits, zeros, bytesBefore, bytesAfter] = [0, 0, 0, 0, 0];
  for (const { layer, now, state } of rows) {
    params += now.params;
    bits += now.params * (state?.bits ?? 0);
    zeros += now.params * (state?.sparsity ?? 0);
    bytesBefore += layer.bytes;
    bytesAfter += state?.bytesAfter ?? layer.bytes;
  }
  const per = Math.max(1, params);
  return { params, bits: bits / per, sparsity: zeros / per, bytesBefore, bytesAfter };
}
