import { useDocument } from '../../state/document';
import { useRecipe } from '../../state/recipe';
import { isFresh, useResults } from '../../state/results';
import { SizeBar } from '../charts/size-bar';
import { bytesParts } from '../../base/format';
import { sizeWords } from '../../base/verdict';
import { Blank } from './blank';

/** What the file takes: predicted while sliding, counted once it is written. Nothing of another recipe. */
export function SizeCell() {
  const opened = useDocument((state) => state.opened);
  const recipe = useRecipe((state) => state.recipe);
  const { preview, exported } = useResults();
  if (!opened) return null;
  const before = opened.summary.bytes;
  const exact = isFresh(exported, recipe) ? exported : null;
  const after = exact?.bytes ?? (isFresh(preview, recipe) ? (preview?.predictedBytes ?? null) : null);
  const [from, to] = [bytesParts(before), after === null ? null : bytesParts(after)];
  return (
    <div className="score">
      <div className="score-head">
        <h2>Size</h2>
        {after !== null && <span className="small quiet">{sizeWords(before, after)}</span>}
      </div>
      <p className="score-number">
        {from.value} {to && to.unit !== from.unit && <span className="small">{from.unit}</span>} <span aria-hidden>→</span>
        <span className="visually-hidden">to</span> {to ? <strong>{to.value}</strong> : <Blank />} <span className="small">{to?.unit ?? from.unit}</span>
      </p>
      <SizeBar label="raw" before={before} after={after} largest={before} />
      <SizeBar label="gzip" before={opened.gzipBytes} after={exact?.gzipBytes ?? null} largest={before} />
    </div>
  );
}
