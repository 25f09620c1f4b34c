import { selectLayer, useView } from '../../state/view';
import { formatBytes } from '../../base/format';
import { agreeing, counted } from '../../base/plural';
import type { LayerRow } from './rows';

const HEIGHT = 72;
/** Half of the largest section. */
const HALF = HEIGHT / 2 - 4;

/**
 * The model's picture: one section a layer, mirrored, half-height the square root of its bytes; the solid result inside the hollow
 * original.
 */
export function Spindle({ rows }: { readonly rows: readonly LayerRow[] }) {
  const selected = useView((state) => state.layer);
  const largest = Math.max(1, ...rows.map(({ layer }) => layer.bytes));
  const half = (bytes: number): number => Math.max(0.5, HALF * Math.sqrt(bytes / largest));
  const [before, after] = [
    rows.reduce((n, r) => n + r.layer.bytes, 0),
    rows.reduce((n, r) => n + (r.state?.bytesAfter ?? r.layer.bytes), 0),
  ];
  const at = rows.findIndex(({ layer }) => layer.id === selected);
  return (
    <svg
      className="spindle"
      viewBox={`0 0 ${rows.length} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={
        `${counted(rows.length, 'layer')} drawn by ${agreeing(rows.length, 'its', 'their')} bytes: ` +
        `${formatBytes(before)} before, ${formatBytes(after)} after`
      }
    >
      {rows.map(({ layer, state }, i) => {
        const [outer, inner] = [half(layer.bytes), half(state?.bytesAfter ?? layer.bytes)];
        return (
          // The table below is the way for keys; this is a map for the pointer.
          // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions
          <g key={layer.id} onClick={() => selectLayer(layer.id)}>
            <title>{layer.id}</title>
            <rect x={i} width="1" y="0" height={HEIGHT} fill="transparent" />
            <rect className="spindle-before" x={i} width="1" y={HEIGHT / 2 - outer} height={outer * 2} />
            {state && <rect className="spindle-after" x={i} width="1" y={HEIGHT / 2 - inner} height={inner * 2} />}
          </g>
        );
      })}
      {at >= 0 && <rect className="spindle-selected" x={at} width="1" y="1" height={HEIGHT - 2} />}
    </svg>
  );
}
