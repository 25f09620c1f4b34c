import { useState } from 'react';
import type { ClassAccuracy, ConfusedPair } from '../../engine/protocol/index';
import { useResults } from '../../state/results';
import { DataTable } from '../charts/figure';
import { formatChange, formatClass, formatCount } from '../../base/format';
import { Segmented } from '../parts/segmented';

/** Rows shown before "all" is asked for. */
const SHORT = 15;

/** Where accuracy was lost: by class, and which wrong answers are given instead. */
export function Classes() {
  const evaluation = useResults((state) => state.evaluation);
  const [view, setView] = useState('classes');
  const [all, setAll] = useState(false);
  const { classes = null, confusion = null } = evaluation ?? {};
  const rows = view === 'classes' ? classRows(classes ?? []) : confusionRows(confusion?.before ?? [], confusion?.after ?? []);
  return (
    <section className="panel" aria-labelledby="classes-title">
      <header className="panel-head">
        <h2 id="classes-title">By class</h2>
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
          <DataTable heads={view === 'classes' ? ['Class', 'Samples', 'Right before', 'Right after', 'Change'] : ['Label, answered as', 'Before', 'After', 'Change']} rows={all ? rows : rows.slice(0, SHORT)} />
          {rows.length > SHORT && (
            <button type="button" className="button" onClick={() => setAll(!all)}>
              {all ? 'Show fewer' : `Show all ${formatCount(rows.length)}`}
            </button>
          )}
        </>
      ) : (
        <p className="empty quiet">Needs labelled samples.</p>
      )}
    </section>
  );
}

/** Those that lost most first. */
function classRows(classes: readonly ClassAccuracy[]): string[][] {
  return classes
    .toSorted((a, b) => a.after - a.before - (b.after - b.before) || b.samples - a.samples)
    .map((entry) => [formatClass(entry), formatCount(entry.samples), formatCount(entry.before), formatCount(entry.after), formatChange(entry.after - entry.before, 0)]);
}

function confusionRows(before: readonly ConfusedPair[], after: readonly ConfusedPair[]): string[][] {
  const counts = new Map<string, [number, number]>();
  for (const pair of before) counts.set(inWords(pair), [pair.count, 0]);
  for (const pair of after) counts.set(inWords(pair), [counts.get(inWords(pair))?.[0] ?? 0, pair.count]);
  return [...counts]
    .toSorted(([, [a1, a2]], [, [b1, b2]]) => b2 - b1 - (a2 - a1) || b2 - a2)
    .map(([pair, [a, b]]) => [pair, formatCount(a), formatCount(b), formatChange(b - a, 0)]);
}

function inWords({ label, answer }: ConfusedPair): string {
  return `${formatClass(label)}, answered as ${formatClass(answer)}`;
}
