import { formatBytes } from '../../base/format';

interface SizeBarProps {
  readonly label: string;
  readonly before: number | null;
  readonly after: number | null;
  readonly largest: number;
  /** `after` is an estimate, and said to be one. */
  readonly about?: boolean;
}

/** The solid result inside the hollow original, on one zero. */
export function SizeBar({ label, before, after, largest, about = false }: SizeBarProps) {
  if (before === null) return null;
  const text = after === null ? formatBytes(before) : `${formatBytes(before)} → ${about ? 'about ' : ''}${formatBytes(after)}`;
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
