import { useDocument } from '../../state/document';
import { useRecipe } from '../../state/recipe';
import { isFresh, useResults } from '../../state/results';
import { SizeBar } from '../charts/size-bar';
import { bytesParts } from '../format';
import { BEFORE_THIS_CHANGE } from './stale';

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
      <p className={`score-number ${fresh ? '' : 'stale'}`} title={fresh ? undefined : BEFORE_THIS_CHANGE}>
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
