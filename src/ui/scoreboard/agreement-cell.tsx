import { evaluate } from '../../state/actions';
import { useDocument } from '../../state/document';
import { useJobs } from '../../state/jobs';
import { useRecipe } from '../../state/recipe';
import { isFresh, useResults } from '../../state/results';
import { formatCount, formatPercent } from '../../base/format';
import { counted } from '../../base/plural';
import { MeasureButton } from '../parts/measure-button';
import { Help } from '../parts/help';

export function AgreementCell() {
  const recipe = useRecipe((state) => state.recipe);
  const evaluation = useResults((state) => state.evaluation);
  const hasData = useDocument((state) => state.data !== null);
  // The score follows the sliders by itself; where it was stopped, or the model was not seen to run yet, it is asked for.
  const busy = useJobs((state) => state.quiet > 0);
  const fresh = isFresh(evaluation, recipe);
  const agreement = fresh ? evaluation?.agreement : undefined;
  return (
    <div className="score">
      <div className="score-head">
        <h2 aria-label="Agreement">
          <Help about="Agreement" terms={['agreement', 'cosine', 'sqnr', 'live', 'madeUp']} trigger="Agreement">
            {evaluation?.madeUp != null && <p>{evaluation.madeUp}</p>}
          </Help>
        </h2>
        {agreement && evaluation ? (
          <span className="small quiet">
            {counted(agreement.samples, evaluation.madeUp === null ? 'sample' : 'made-up input')},{' '}
            {evaluation.of === 'file' ? 'written file' : 'live'}
          </span>
        ) : (
          !busy && <MeasureButton what={hasData ? 'Score all samples' : 'Compare outputs'} onClick={() => evaluate(null)} />
        )}
      </div>
      {agreement && evaluation ? (
        <>
          <p className="score-number">
            <strong>{agreement.top1 === null ? agreement.cosine.toFixed(5) : formatPercent(agreement.top1)}</strong>
            {agreement.top1 === null && <span className="small"> cosine</span>}
          </p>
          {agreement.top1 !== null && (
            <svg
              className="score-bar"
              role="img"
              aria-label={`${formatPercent(agreement.top1)} of answers are the original's`}
              width="100%"
              height="12"
            >
              <rect x="0.5" y="0.5" width="99%" height="11" fill="none" stroke="var(--steelline)" />
              <rect x="0.5" y="0.5" width={`${agreement.top1 * 0.99}%`} height="11" fill="var(--woodfill)" />
            </svg>
          )}
          <p className="small quiet">
            {agreement.changed !== null && `${counted(agreement.changed, 'answer')} changed, `}SQNR{' '}
            {agreement.sqnrDb === null ? 'exact' : `${agreement.sqnrDb.toFixed(1)} dB`}
          </p>
          {evaluation.nonFinite.after > 0 && (
            <p className="small warning">
              NaN or infinity in the outputs of {formatCount(evaluation.nonFinite.after)} ({formatCount(evaluation.nonFinite.before)}{' '}
              before)
            </p>
          )}
        </>
      ) : (
        <p className="small quiet">How alike the outputs are before and after.</p>
      )}
    </div>
  );
}
