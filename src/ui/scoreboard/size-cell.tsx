import { useDocument } from '../../state/document';
import { useRecipe } from '../../state/recipe';
import { isFresh, useResults } from '../../state/results';
import { bytesParts, formatBytes } from '../format';

export function SizeCell() {
  const opened = useDocument((state) => state.opened);
  const recipe = useRecipe((state) => state.recipe);
  const { preview, exported } = useResults();
  if (!opened) return null;
  const before = opened.summary.bytes;
  const exact = isFresh(exported, recipe) ? exported : null;
  const after = exact?.bytes ?? preview?.predictedBytes ?? null;
  const fresh = exact !== null || isFresh(preview, recipe);
  const [from, to] = [bytesParts(before), after === null ? null : bytesParts(after)];
  return (
    <div className="score">
      <div className="score-head">
        <h2>Size</h2>
        {after !== null && <span className="small quiet">{verdict(before, after)}</span>}
      </div>
      <p className={`score-number ${fresh ? '' : 'stale'}`}>
        {from.value} {to && to.unit !== from.unit && <span className="small">{from.unit}</span>} {to && <span aria-hidden>→</span>}
        {to && <span className="visually-hidden">to</span>} {to && <strong>{to.value}</strong>} <span className="small">{to?.unit ?? from.unit}</span>
      </p>
      <SizeBar label="raw" before={before} after={after} largest={before} />
      <SizeBar label="gzip" before={opened.gzipBytes} after={exact?.gzipBytes ?? null} largest={before} />
    </div>
  );
}

function verdict(before: number, after: number): string {
  const ratio = before / after;
  if (ratio > 1.005) return `${ratio.toFixed(1)}× smaller`;
  if (ratio < 0.995) return `${(1 / ratio).toFixed(2)}× larger`;
  return 'no change';
}

interface SizeBarProps {
  readonly label: string;
  readonly before: number | null;
  readonly after: number | null;
  readonly largest: number;
}

/** The solid result inside the hollow original, on one zero. */
function SizeBar({ label, before, after, largest }: SizeBarProps) {
  if (before === null) return null;
  const text = after === null ? formatBytes(before) : `${formatBytes(before)} → ${formatBytes(after)}`;
  const width = (bytes: number): string => `${Math.min(99, (99 * bytes) / largest)}%`;
  return (
    <div className="size-bar tiny">
      <span>{label}</span>
      <svg width="100%" height="11" role="img" aria-label={`${label}: ${text}`}>
        <rect x="0.5" y="0.5" width={width(before)} height="10" fill="var(--steelfill)" fillOpacity="0.4" stroke="var(--steelline)" />
        {after !== null && <rect x="0.5" y="3" width={width(after)} height="5" fill="var(--woodfill)" />}
      </svg>
      <span>{text}</span>
    </div>
  );
}
