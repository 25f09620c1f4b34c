import type { Accuracy, Chance } from '../../engine/protocol/index';
import { TriangleAlert } from 'lucide-react';
import { useDocument } from '../../state/document';
import { useJobs } from '../../state/jobs';
import { useRecipe } from '../../state/recipe';
import { isFresh, useResults } from '../../state/results';
import { useView } from '../../state/view';
import { chanceRemedy, chanceWords } from '../../base/chance-words';
import { formatPercent } from '../../base/format';
import { counted } from '../../base/plural';
import { answersVerdict } from '../../base/answers-verdict';
import { VerdictWords } from '../parts/verdict-words';
import { takesPictures } from '../data/takes-pictures';
import { useRemedy } from '../workbench/doubt';
import { Blank } from './blank';
import { Intervals, type Spread } from './intervals';
import { Help } from '../parts/help';

export function AccuracyCell() {
  const recipe = useRecipe((state) => state.recipe);
  const evaluation = useResults((state) => state.evaluation);
  const data = useDocument((state) => state.data);
  const preparing = useDocument((state) => state.preparing);
  const { before = null, chance = null } = evaluation ?? {};
  const fresh = isFresh(evaluation, recipe) ? evaluation : null;
  const after = fresh?.after ?? null;
  const verdict = fresh && answersVerdict(fresh);
  return (
    <div className="score">
      <div className="score-head">
        <h2 aria-label="Accuracy, top-1">
          <Help about="Accuracy, top-1" terms={['accuracy', 'interval', 'points', 'p']} trigger="Accuracy, top-1" />
        </h2>
        {after && verdict && chance?.told !== false && <VerdictWords verdict={verdict} />}
      </div>
      {chance?.told === false ? (
        <ChanceWarning chance={chance} />
      ) : before ? (
        <>
          <p className="score-number">
            {before.top1.toFixed(1)} <span aria-hidden>→</span> <span className="visually-hidden">to</span>{' '}
            {after ? <strong>{after.top1.toFixed(1)}</strong> : <Blank />}{' '}
            <span className="small">% of {counted(before.samples, 'sample')}</span>
          </p>
          <Intervals
            before={spreadOf(before)}
            after={after && spreadOf(after)}
            limits={[0, 100]}
            format={(value) => formatPercent(value)}
            label={
              `Top-1 accuracy: before ${formatPercent(before.top1)}, after ${after ? formatPercent(after.top1) : 'not known yet'}; ` +
              `95 % intervals over ${counted(before.samples, 'sample')}`
            }
          />
        </>
      ) : data ? (
        <p className="small quiet">
          {preparing
            ? 'Looking for the preset first.'
            : data.labelled
              ? 'Scored when the recipe settles.'
              : 'The samples have no labels: what the outputs have in common is compared on them instead.'}
        </p>
      ) : (
        <NextStep />
      )}
    </div>
  );
}

/** In the place of the figure: where the original's answers have nothing to do with the samples, no share of them means anything. */
function ChanceWarning({ chance }: { readonly chance: Chance }) {
  const busy = useJobs((state) => state.running !== null);
  const remedy = useRemedy() ?? { label: 'Look at the samples', run: () => useView.setState({ page: 'data' }) };
  return (
    <>
      <p className="small warning">
        <TriangleAlert size={12} aria-label="Warning:" /> {chanceWords(chance)}.
      </p>
      <p className="small">{chanceRemedy(chance)}</p>
      <button type="button" className="button score-action" disabled={busy} onClick={remedy.run}>
        {remedy.label}
      </button>
    </>
  );
}

/** Without samples: what would tell more than made-up inputs, and how little it takes. */
function NextStep() {
  const pictures = useDocument((state) => (state.opened ? takesPictures(state.opened.summary) : false));
  const what = pictures ? 'pictures' : 'samples';
  return (
    <>
      <p className="small quiet">
        Made-up inputs tell no accuracy. Add {what}, labels are not needed: outputs are then compared on what the model is for; with labels
        accuracy is measured too.
      </p>
      <button type="button" className="button score-action" onClick={() => useView.setState({ page: 'data' })}>
        Add {what}
      </button>
    </>
  );
}

function spreadOf({ top1, top1Interval }: Accuracy): Spread {
  return { low: top1Interval.low, mid: top1, high: top1Interval.high };
}
