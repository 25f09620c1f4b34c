import { useDocument } from '../../state/document';
import { useRecipe } from '../../state/recipe';
import { isFresh, useResults } from '../../state/results';
import { SizeBar } from '../charts/size-bar';
import { bytesParts } from '../../base/format';
import { NO_CHANGE_OF_SIZE, sizeWords } from '../../base/verdict';
import { Blank } from './blank';
import { Help } from '../parts/help';

/** What the file takes: predicted while sliding, counted once it is written. Nothing of another recipe. */
export function SizeCell() {
  const opened = useDocument((state) => state.opened);
  const recipe = useRecipe((state) => state.recipe);
  const { preview, exported } = useResults();
  if (!opened) return null;
  const before = opened.summary.bytes;
  const exact = isFresh(exported, recipe) ? exported : null;
  const predicted = isFresh(preview, recipe) ? preview : null;
  const after = exact?.bytes ?? predicted?.predictedBytes ?? null;
  const gzipAfter = exact ? exact.gzipBytes : (predicted?.predictedGzipBytes ?? null);
  const [from, to] = [bytesParts(before), after === null ? null : bytesParts(after)];
  return (
    <div className="score">
      <div className="score-head">
        <h2 aria-label="Size">
          <Help about="Size" terms={['gzip', 'packed']} trigger="Size" />
        </h2>
        {after !== null && <span className="small quiet">{wordsOf([before, after], [opened.gzipBytes, gzipAfter], exact === null)}</span>}
      </div>
      <p className="score-number">
        {from.value} {to && to.unit !== from.unit && <span className="small">{from.unit}</span>} <span aria-hidden>→</span>
        <span className="visually-hidden">to</span> {to ? <strong>{to.value}</strong> : <Blank />}{' '}
        <span className="small">{to?.unit ?? from.unit}</span>
      </p>
      <SizeBar label="raw" before={before} after={after} largest={before} />
      <SizeBar label="gzip" before={opened.gzipBytes} after={gzipAfter} largest={before} about={exact === null} />
    </div>
  );
}

/** What the file gains; after gzip where it is as large as before, since zeros show there alone. */
function wordsOf(
  [before, after]: readonly [number, number],
  [gzipBefore, gzipAfter]: readonly [number | null, number | null],
  estimated: boolean,
): string {
  const raw = sizeWords(before, after);
  const gzip = gzipBefore === null || gzipAfter === null ? NO_CHANGE_OF_SIZE : sizeWords(gzipBefore, gzipAfter);
  return raw === NO_CHANGE_OF_SIZE && gzip !== NO_CHANGE_OF_SIZE ? `${raw}; ${estimated ? 'about ' : ''}${gzip} after gzip` : raw;
}
