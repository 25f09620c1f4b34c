import type { Accuracy, Chance } from '../../engine/protocol/index';
import { useDocument } from '../../state/document';
import { useRecipe } from '../../state/recipe';
import { isFresh, useResults } from '../../state/results';
import { useView } from '../../state/view';
import { chanceRemedy, chanceWords } from '../../base/chance-words';
import { formatPercent } from '../../base/format';
import { counted } from '../../base/plural';
import { answersVerdict } from '../../base/answers-verdict';
import { VerdictWords } from '../parts/verdict-words';
import { Blank } from './blank';
import { Intervals, type Spread } from './intervals';

export function AccuracyCell() {
  const recipe = useRecipe((state) => state.recipe);
  const evaluation = useResults((state) => state.evaluation);
  const data = useDocument((state) => state.data);
  const { before = null, chance = null } = evaluation ?? {};
  const fresh = isFresh(evaluation, recipe) ? evaluation : null;
  const after = fresh?.after ?? null;
  const verdict = fresh && answersVerdict(fresh);
  return (
    <div className="score">
      <div className="score-head">
        <h2>Accuracy, top-1</h2>
        {after && verdict && <VerdictWords verdict={verdict} />}
      </div>
      {chance?.told === false ? (
        <ChanceWarning chance={chance} />
      ) : before ? (
        <>
          <p className="score-number">
            {before.top1.toFixed(1)} <span aria-hidden>→</span> <span className="visually-hidden">to</span> {after ? <strong>{after.top1.toFixed(1)}</strong> : <Blank />} <span className="small">%</span>
          </p>
          <Intervals
            before={spreadOf(before)}
            after={after && spreadOf(after)}
            limits={[0, 100]}
            format={(value) => formatPercent(value)}
            label={`Top-1 accuracy: before ${formatPercent(before.top1)}, after ${after ? formatPercent(after.top1) : 'not known yet'}; 95 % intervals over ${counted(before.samples, 'sample')}`}
          />
        </>
      ) : data ? (
        <p className="small quiet">{data.labelled ? 'Scored when the recipe settles.' : 'The samples have no labels.'}</p>
      ) : (
        <>
          <p className="small quiet">Add labelled samples to measure accuracy.</p>
          <button type="button" className="button score-action" onClick={() => useView.setState({ page: 'data' })}>
            Add samples
          </button>
        </>
      )}
    </div>
  );
}

/** In the place of the figure: where the original's answers have nothing to do with the samples, no share of them means anything. */
function ChanceWarning({ chance }: { readonly chance: Chance }) {
  return (
    <>
      <p className="small warning">{chanceWords(chance)}.</p>
      <p className="small">{chanceRemedy(chance)}</p>
      <button type="button" className="button score-action" onClick={() => useView.setState({ page: 'data' })}>
        Look at the samples
      </button>
    </>
  );
}

function spreadOf({ top1, top1Interval }: Accuracy): Spread {
  return { low: top1Interval.low, mid: top1, high: top1Interval.high };
}
