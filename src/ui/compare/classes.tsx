import { useState } from 'react';
import type { ClassAccuracy, ConfusedPair, Evaluation } from '../../engine/protocol/index';
import { useDocument } from '../../state/document';
import { useResults } from '../../state/results';
import { DataTable } from '../charts/figure';
import { formatChange, formatClass, formatCount } from '../../base/format';
import { formatP, isMeasured } from '../../base/verdict';
import { Segmented } from '../parts/segmented';
import { Help } from '../parts/help';

/** Rows shown before "all" is asked for. */
const SHORT = 15;

/** Where accuracy was lost: by class, and which wrong answers are given instead. */
export function Classes() {
  const evaluation = useResults((state) => state.evaluation);
  const labelled = useDocument((state) => state.data?.labelled ?? null);
  const [view, setView] = useState('classes');
  const [all, setAll] = useState(false);
  const { classes = null, confusion = null } = evaluation ?? {};
  const rows = view === 'classes' ? classRows(classes ?? []) : confusionRows(confusion ?? []);
  return (
    <section className="panel" aria-labelledby="classes-title">
      <header className="panel-head">
        <h2 id="classes-title">By class</h2>
        <Help about="classes" terms={['confusion', 'p']} />
        {classes && (
          <Segmented
            label="View"
            value={view}
            choices={[
              { value: 'classes', label: 'Classes' },
              { value: 'confusion', label: 'Confusion' },
            ]}
            onChange={setView}
          />
        )}
      </header>
      {classes ? (
        <>
          <DataTable
            heads={
              view === 'classes'
                ? ['Class', 'Samples', 'Right before', 'Right after', 'Change']
                : ['Label, answered as', 'Before', 'After', 'Change']
            }
            rows={all ? rows : rows.slice(0, SHORT)}
          />
          <p className="tiny quiet">
            {view === 'classes'
              ? "p where a class moved beyond chance: McNemar's exact test, corrected for the number of classes."
              : 'The most frequent wrong answers of either side; rarer ones are not listed.'}
          </p>
          {rows.length > SHORT && (
            <button type="button" className="button" onClick={() => setAll(!all)}>
              {all ? 'Show fewer' : `Show all ${formatCount(rows.length)}`}
            </button>
          )}
        </>
      ) : (
        <p className="empty quiet">{whyNone(evaluation, labelled)}</p>
      )}
    </section>
  );
}

/** @param labelled whether the samples have labels; null without samples. */
function whyNone(evaluation: Evaluation | null, labelled: boolean | null): string {
  if (evaluation && evaluation.changed === null) return 'The outputs are no class scores, so there are no classes to compare.';
  if (labelled === null) return 'Needs labelled samples.';
  return labelled ? 'Score some samples to see which classes change.' : 'The samples have no labels.';
}

/** Those that lost most first. */
function classRows(classes: readonly ClassAccuracy[]): string[][] {
  return classes
    .toSorted((a, b) => a.after - a.before - (b.after - b.before) || b.samples - a.samples)
    .map((entry) => [
      formatClass(entry),
      formatCount(entry.samples),
      formatCount(entry.before),
      formatCount(entry.after),
      `${formatChange(entry.after - entry.before, 0)}${isMeasured(entry.p) ? `, ${formatP(entry.p)}` : ''}`,
    ]);
}

/** Those that became more frequent first. */
function confusionRows(pairs: readonly ConfusedPair[]): string[][] {
  return pairs
    .toSorted((a, b) => b.after - b.before - (a.after - a.before) || b.after - a.after)
    .map((pair) => [inWords(pair), formatCount(pair.before), formatCount(pair.after), formatChange(pair.after - pair.before, 0)]);
}

function inWords({ label, answer }: ConfusedPair): string {
  return `${formatClass(label)}, answered as ${formatClass(answer)}`;
}
