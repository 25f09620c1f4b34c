import type { Latency } from '../../engine/protocol/index';
import { useRecipe } from '../../state/recipe';
import { isFresh, useResults } from '../../state/results';
import { formatMs, threeFigures } from '../format';
import { Intervals, type Spread } from './intervals';
import { MeasureButton, measureLatency } from './scoreboard';

export function LatencyCell() {
  const recipe = useRecipe((state) => state.recipe);
  const measurement = useResults((state) => state.measurement);
  const fresh = isFresh(measurement, recipe);
  const { before = null, after = null } = measurement ?? {};
  return (
    <div className="score">
      <div className="score-head">
        <h2>Latency, median</h2>
        {before && after && <span className="small quiet">{verdictOf(before, after)}</span>}
      </div>
      {before && after ? (
        <>
          <p className={`score-number ${fresh ? '' : 'stale'}`}>
            {threeFigures(before.median)} <span aria-hidden>→</span> <span className="visually-hidden">to</span> <strong>{threeFigures(after.median)}</strong> <span className="small">ms</span>
          </p>
          <Intervals
            before={spreadOf(before)}
            after={spreadOf(after)}
            format={formatMs}
            label={`Latency on ${measurement?.ep ?? ''}: before ${formatMs(before.median)}, after ${formatMs(after.median)}; whiskers from the 10th to the 90th percentile of ${after.runs} runs`}
          />
        </>
      ) : (
        <p className="small quiet">Original and result run in turns, so that both meet the same conditions.</p>
      )}
      {measurement && !fresh && <p className="small quiet">Before this change.</p>}
      {!fresh && <MeasureButton what="Measure latency" onClick={measureLatency} />}
    </div>
  );
}

function spreadOf({ p10, median, p90 }: Latency): Spread {
  return { low: p10, mid: median, high: p90 };
}

/** In words; where the spreads overlap there is no difference to speak of. */
export function verdictOf(before: Latency, after: Latency): string {
  if (after.p10 <= before.p90 && before.p10 <= after.p90) return 'no measurable change';
  return after.median < before.median ? `${(before.median / after.median).toFixed(2)}× faster` : `${(after.median / before.median).toFixed(2)}× slower`;
}
