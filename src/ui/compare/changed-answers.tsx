import { useState } from 'react';
import type { Answer, ChangedSample, ChangeKind } from '../../engine/protocol/index';
import { useRecipe } from '../../state/recipe';
import { isFresh, useResults } from '../../state/results';
import { formatClass, formatCount } from '../../base/format';
import { counted } from '../../base/plural';
import { Segmented } from '../parts/segmented';
import { SamplePicture } from './sample-picture';

const PAGE = 12;

/** The samples whose answer is another one now: picture, label, both answers with their confidence. */
export function ChangedAnswers() {
  const evaluation = useResults((state) => state.evaluation);
  const recipe = useRecipe((state) => state.recipe);
  const [kind, setKind] = useState<ChangeKind>('worse');
  const [start, setStart] = useState(0);
  const changed = evaluation?.changed ?? null;
  const labelled = evaluation?.before != null;
  const shown = changed?.listed.filter((sample) => !labelled || sample.kind === kind) ?? [];
  const ofKind =
    changed && labelled ? { worse: changed.worse, better: changed.better, 'both-wrong': changed.bothWrong }[kind] : (changed?.total ?? 0);
  const from = Math.min(start, Math.max(0, shown.length - 1));
  return (
    <section className="panel" aria-labelledby="changed-title">
      <header className="panel-head">
        <h2 id="changed-title">
          Changed answers{' '}
          {evaluation && changed && (
            <span className="small quiet">
              {formatCount(changed.total)} of {counted(evaluation.agreement.samples, 'sample')}
              {isFresh(evaluation, recipe) ? '' : ', before this change'}
            </span>
          )}
        </h2>
        {changed && labelled && (
          <Segmented
            label="Kind of change"
            value={kind}
            choices={[
              { value: 'worse', label: `Got worse ${formatCount(changed.worse)}` },
              { value: 'better', label: `Got better ${formatCount(changed.better)}` },
              { value: 'both-wrong', label: `Wrong both times ${formatCount(changed.bothWrong)}` },
            ]}
            onChange={(next) => {
              setKind(next === 'better' || next === 'both-wrong' ? next : 'worse');
              setStart(0);
            }}
          />
        )}
      </header>
      {!changed && (
        <p className="empty quiet">
          {evaluation
            ? 'The outputs are no class scores, so there are no answers to compare.'
            : 'Score some samples to see which answers change.'}
        </p>
      )}
      {changed && shown.length === 0 && (
        <p className="empty quiet">{changed.total === 0 ? 'Every answer stayed the same.' : 'None of this kind.'}</p>
      )}
      {shown.length > 0 && (
        <ul className="changed">
          {shown.slice(from, from + PAGE).map((sample) => (
            <Changed key={sample.sample} sample={sample} />
          ))}
        </ul>
      )}
      {shown.length > PAGE && (
        <p className="panel-actions">
          <button type="button" className="button" disabled={from === 0} onClick={() => setStart(Math.max(0, from - PAGE))}>
            Previous
          </button>
          <span className="small">
            {formatCount(from + 1)}–{formatCount(Math.min(shown.length, from + PAGE))} of {formatCount(shown.length)}
            {shown.length < ofKind && ` listed, of ${formatCount(ofKind)}`}
          </span>
          <button type="button" className="button" disabled={from + PAGE >= shown.length} onClick={() => setStart(from + PAGE)}>
            Next
          </button>
        </p>
      )}
    </section>
  );
}

function Changed({ sample: { sample, label, before, after } }: { readonly sample: ChangedSample }) {
  return (
    <li>
      <SamplePicture sample={sample} />
      <div>
        <strong>{label ? formatClass(label) : `Sample ${formatCount(sample + 1)}`}</strong>
        <AnswerLine who="original" answer={before} right={label && before ? label.index === before.index : null} />
        <AnswerLine who="whittled" answer={after} right={label && after ? label.index === after.index : null} />
      </div>
    </li>
  );
}

/** right null: no label to hold it against. */
function AnswerLine({
  who,
  answer,
  right,
}: {
  readonly who: 'original' | 'whittled';
  readonly answer: Answer | null;
  readonly right: boolean | null;
}) {
  const percent = answer ? Math.round(answer.confidence * 100) : null;
  return (
    <p className="answer small" data-who={who}>
      <span className="quiet">{who}</span>
      <span>{percent === null ? 'no number' : `${percent}\u2009%`}</span>
      <span className={right === null ? undefined : right ? 'good' : 'bad'}>
        {right !== null && <span aria-hidden>{right ? '✓ ' : '✕ '}</span>}
        {right !== null && <span className="visually-hidden">{right ? 'right: ' : 'wrong: '}</span>}
        {answer ? formatClass(answer) : 'NaN'}
      </span>
      <svg width="100%" height="6" aria-hidden>
        <rect
          x="0.5"
          y="0.5"
          width={`${(percent ?? 0) * 0.99}%`}
          height="5"
          fill={who === 'original' ? 'var(--steelfill)' : 'var(--woodfill)'}
          stroke={who === 'original' ? 'var(--steelline)' : 'none'}
        />
      </svg>
    </p>
  );
}
