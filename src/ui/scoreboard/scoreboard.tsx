import { useDocument } from '../../state/document';
import { useRecipe } from '../../state/recipe';
import { isFresh, useResults } from '../../state/results';
import { evaluate, measure } from '../../state/actions';
import { useJobs } from '../../state/jobs';
import { formatCount, formatPercent } from '../format';
import { attempt } from '../open';
import { AccuracyCell } from './accuracy-cell';
import { JobCell } from './job-cell';
import { LatencyCell } from './latency-cell';
import { SizeCell } from './size-cell';
import '../styles/scoreboard.css';

/** The scores, each a number, a verdict and a small chart; stale ones say so and offer to be measured again. */
export function Scoreboard() {
  return (
    <section className="scoreboard" aria-label="Scores" data-panel="scores" tabIndex={-1}>
      <SizeCell />
      <LatencyCell />
      <AccuracyCell />
      <AgreementCell />
      <JobCell />
    </section>
  );
}

export function MeasureButton({ what, onClick }: { readonly what: string; readonly onClick: () => Promise<unknown> }) {
  const busy = useJobs((state) => state.running !== null);
  return (
    <button type="button" className="button score-action" disabled={busy} onClick={() => attempt(onClick())}>
      {what}
    </button>
  );
}

export function measureLatency(): Promise<unknown> {
  return measure(useRecipe.getState().recipe.target);
}

function AgreementCell() {
  const recipe = useRecipe((state) => state.recipe);
  const evaluation = useResults((state) => state.evaluation);
  const hasData = useDocument((state) => state.data !== null);
  const fresh = isFresh(evaluation, recipe);
  const agreement = evaluation?.agreement;
  return (
    <div className="score">
      <div className="score-head">
        <h2>Agreement</h2>
        {agreement && <span className="small quiet">{formatCount(agreement.samples)} {hasData ? 'samples' : 'random inputs'}</span>}
      </div>
      {agreement ? (
        <>
          <p className={`score-number ${fresh ? '' : 'stale'}`}>
            <strong>{agreement.top1 === null ? agreement.cosine.toFixed(5) : formatPercent(agreement.top1)}</strong>
            {agreement.top1 === null && <span className="small"> cosine</span>}
          </p>
          {agreement.top1 !== null && (
            <svg className="score-bar" role="img" aria-label={`${formatPercent(agreement.top1)} of answers are the original's`} width="100%" height="12">
              <rect x="0.5" y="0.5" width="99%" height="11" fill="none" stroke="var(--steelline)" />
              <rect x="0.5" y="0.5" width={`${agreement.top1 * 0.99}%`} height="11" fill="var(--woodfill)" />
            </svg>
          )}
          <p className="small quiet">
            {fresh ? '' : 'Before this change. '}
            {agreement.changed !== null && `${formatCount(agreement.changed)} answers changed, `}SQNR {agreement.sqnrDb === null ? 'exact' : `${agreement.sqnrDb.toFixed(1)} dB`}
          </p>
        </>
      ) : (
        <p className="small quiet">How alike the outputs are before and after.</p>
      )}
      {!fresh && <MeasureButton what={hasData ? 'Score all samples' : 'Compare outputs'} onClick={() => evaluate(null)} />}
    </div>
  );
}
