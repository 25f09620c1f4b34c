import type { Accuracy } from '../../engine/protocol/index';
import { useDocument } from '../../state/document';
import { useRecipe } from '../../state/recipe';
import { isFresh, useResults } from '../../state/results';
import { useView } from '../../state/view';
import { formatCount, formatPercent } from '../format';
import { Intervals, type Spread } from './intervals';

export function AccuracyCell() {
  const recipe = useRecipe((state) => state.recipe);
  const evaluation = useResults((state) => state.evaluation);
  const data = useDocument((state) => state.data);
  const fresh = isFresh(evaluation, recipe);
  const { before = null, after = null } = evaluation ?? {};
  return (
    <div className="score">
      <div className="score-head">
        <h2>Accuracy, top-1</h2>
        {before && after && <span className="small quiet">{verdictOf(before, after)}</span>}
      </div>
      {before && after ? (
        <>
          <p className={`score-number ${fresh ? '' : 'stale'}`}>
            {before.top1.toFixed(1)} <span aria-hidden>→</span> <span className="visually-hidden">to</span> <strong>{after.top1.toFixed(1)}</strong> <span className="small">%</span>
          </p>
          <Intervals
            before={spreadOf(before)}
            after={spreadOf(after)}
            limits={[0, 100]}
            format={(value) => formatPercent(value)}
            label={`Top-1 accuracy: before ${formatPercent(before.top1)}, after ${formatPercent(after.top1)}; 95 % intervals over ${formatCount(after.samples)} samples`}
          />
          {!fresh && <p className="small quiet">Before this change.</p>}
        </>
      ) : data ? (
        <p className="small quiet">{data.labelled ? 'Scored when the recipe settles.' : 'The samples have no labels.'}</p>
      ) : (
        <>
          <p className="small quiet">Add labelled samples to measure accuracy.</p>
          <button type="button" className="button score-action" onClick={() => useView.setState({ page: 'compare' })}>
            Add samples
          </button>
        </>
      )}
    </div>
  );
}

function spreadOf({ top1, top1Interval }: Accuracy): Spread {
  return { low: top1Interval.low, mid: top1, high: top1Interval.high };
}

function verdictOf(before: Accuracy, after: Accuracy): string {
  const change = after.top1 - before.top1;
  const points = `${change < 0 ? '−' : '+'}${Math.abs(change).toFixed(1)} pt`;
  const overlap = after.top1Interval.low <= before.top1Interval.high && before.top1Interval.low <= after.top1Interval.high;
  return overlap ? `${points}, intervals overlap` : points;
}
