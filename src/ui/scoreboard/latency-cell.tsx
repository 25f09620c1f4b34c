import type { Latency } from '../../engine/protocol/index';
import { PROVIDERS } from '../../engine/protocol/index';
import { measure } from '../../state/actions';
import { useRecipe } from '../../state/recipe';
import { isFresh, useResults } from '../../state/results';
import { formatMs, threeFigures } from '../../base/format';
import { runsWords } from '../../base/runs-words';
import { MeasureButton } from '../parts/measure-button';
import { latencyWords } from '../parts/verdict';
import { Intervals, type Spread } from './intervals';
import { Help } from '../parts/help';

export function LatencyCell() {
  const recipe = useRecipe((state) => state.recipe);
  const measurement = useResults((state) => state.measurement);
  const { before = null, after = null, ep = null } = (isFresh(measurement, recipe) && measurement) || {};
  return (
    <div className="score">
      <div className="score-head">
        <h2 aria-label="Latency, median">
          <Help about="Latency, median" terms={['latency', 'p10', 'webgpu', 'wasm']} trigger="Latency, median" />
        </h2>
        {before && after ? (
          <span className="small quiet">{latencyWords(before, after)}</span>
        ) : (
          <MeasureButton what={measurement ? 'Measure again' : 'Measure latency'} onClick={() => measure(recipe.target)} />
        )}
      </div>
      {before && after ? (
        <>
          <p className="score-number">
            {threeFigures(before.median)} <span aria-hidden>→</span> <span className="visually-hidden">to</span>{' '}
            <strong>{threeFigures(after.median)}</strong> <span className="small">ms on {ep === null ? '' : PROVIDERS[ep].name}</span>
          </p>
          <Intervals
            before={spreadOf(before)}
            after={spreadOf(after)}
            format={formatMs}
            label={
              `Latency on ${ep ?? ''}: before ${formatMs(before.median)}, after ${formatMs(after.median)}; ` +
              `whiskers from the 10th to the 90th percentile of ${runsWords(after)}`
            }
          />
        </>
      ) : (
        <p className="small quiet">Original and result run in turns, so that both meet the same conditions.</p>
      )}
    </div>
  );
}

function spreadOf({ p10, median, p90 }: Latency): Spread {
  return { low: p10, mid: median, high: p90 };
}
