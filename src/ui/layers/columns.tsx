import { Pin } from 'lucide-react';
import type { ReactNode } from 'react';
import type { SortKey } from '../../state/view';
import { formatCount, formatShape, kilobytes } from '../../base/format';
import { counted } from '../../base/plural';
import { Name } from '../parts/name';
import type { LayerRow, Totals } from './rows';

interface Column {
  readonly key: SortKey | 'shape' | 'bar';
  readonly head: ReactNode;
  /** Numbers stand right. */
  readonly number: boolean;
  /** Shown on narrow windows too. */
  readonly narrow: boolean;
  readonly cell: (row: LayerRow, largest: number) => ReactNode;
  readonly total: (totals: Totals, count: number) => ReactNode;
}

const NOTHING = (): ReactNode => null;

/** @param fraction 0 to 1. */
export function percent(fraction: number): string {
  return `${(fraction * 100).toFixed(1)}\u2009%`;
}

export const COLUMNS: readonly Column[] = [
  { key: 'order', head: '#', number: true, narrow: false, cell: ({ order }) => <span className="quiet">{order}</span>, total: NOTHING },
  {
    key: 'id',
    head: 'Layer',
    number: false,
    narrow: true,
    cell: ({ layer, now }) => (
      <>
        <Name>{layer.id}</Name>
        <span className="layer-under">
          {now.op}, {formatCount(now.params)}
        </span>
      </>
    ),
    total: (_totals, count) => counted(count, 'layer'),
  },
  { key: 'op', head: 'Op', number: false, narrow: false, cell: ({ now }) => now.op, total: NOTHING },
  {
    key: 'shape',
    head: 'Weights',
    number: false,
    narrow: false,
    cell: ({ now }) => (
      <span className="condensed" title={formatShape(now.shape)}>
        {formatShape(now.shape)}
      </span>
    ),
    total: NOTHING,
  },
  {
    key: 'params',
    head: 'Params',
    number: true,
    narrow: false,
    cell: ({ now }) => formatCount(now.params),
    total: ({ params }) => formatCount(params),
  },
  {
    key: 'bits',
    head: 'Bits',
    number: true,
    narrow: true,
    cell: ({ state, pinned }) => (
      <>
        {pinned && <Pin size={11} aria-label="own settings" className="pin" />}
        {state?.bits ?? '–'}
      </>
    ),
    total: ({ bits }) => bits.toFixed(1),
  },
  {
    key: 'sparsity',
    head: 'Sparsity',
    number: true,
    narrow: true,
    cell: ({ state }) => (state ? percent(state.sparsity) : '–'),
    total: ({ sparsity }) => percent(sparsity),
  },
  {
    key: 'sqnrDb',
    head: 'SQNR dB',
    number: true,
    narrow: true,
    cell: ({ state }) => (state ? (state.sqnrDb?.toFixed(1) ?? 'exact') : '–'),
    total: NOTHING,
  },
  {
    key: 'bytesAfter',
    head: 'kB before → after',
    number: true,
    narrow: true,
    cell: ({ layer, state }) => <BeforeAfter before={layer.bytes} after={state?.bytesAfter ?? null} />,
    total: ({ bytesBefore, bytesAfter }) => <BeforeAfter before={bytesBefore} after={bytesAfter} />,
  },
  {
    key: 'bar',
    head: '√ scale',
    number: false,
    narrow: true,
    cell: ({ layer, state }, largest) => <Bar before={layer.bytes} after={state?.bytesAfter ?? null} largest={largest} />,
    total: ({ bytesBefore, bytesAfter }) => (bytesBefore > 0 ? percent(bytesAfter / bytesBefore) : null),
  },
];

function BeforeAfter({ before, after }: { readonly before: number; readonly after: number | null }) {
  return (
    <>
      <span className="before">{kilobytes(before)}</span>
      {after !== null && (
        <>
          {' → '}
          <strong>{kilobytes(after)}</strong>
        </>
      )}
    </>
  );
}

/** The solid result inside the hollow original, on one zero. */
function Bar({ before, after, largest }: { readonly before: number; readonly after: number | null; readonly largest: number }) {
  const width = (bytes: number): string => `${98 * Math.sqrt(bytes / largest)}%`;
  return (
    <svg width="100%" height="10" aria-hidden>
      <rect x="0.5" y="0.5" width={width(before)} height="9" className="spindle-before" />
      {after !== null && <rect x="0.5" y="3" width={width(after)} height="4" className="spindle-after" />}
    </svg>
  );
}
