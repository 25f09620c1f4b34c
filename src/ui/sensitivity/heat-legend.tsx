import { stepsOf, type HeatMeasure } from '../../base/heat';
import { Segmented } from '../parts/segmented';
import { Help } from '../parts/help';
import type { TermId } from '../glossary';

const TERMS: Readonly<Record<HeatMeasure['id'], TermId>> = { points: 'points', answers: 'agreement', kl: 'kl', noise: 'noise' };

interface HeatLegendProps {
  readonly measures: readonly HeatMeasure[];
  readonly measure: HeatMeasure;
  readonly onChange: (id: string) => void;
}

/** Which measure the cells show, and what their colours mean. */
export function HeatLegend({ measures, measure, onChange }: HeatLegendProps) {
  return (
    <div className="heat-legend">
      {measures.length > 1 && (
        <Segmented
          label="Measure"
          value={measure.id}
          choices={measures.map(({ id, label }) => ({ value: id, label }))}
          onChange={onChange}
        />
      )}
      <Help about="the measures" terms={measures.map(({ id }) => TERMS[id])} />
      <ul className="tiny" aria-label={`Colours of ${measure.label}`}>
        {stepsOf(measure).map((words, step) => (
          <li key={words}>
            <span className="heat-key" data-heat={step} aria-hidden /> {words}
          </li>
        ))}
      </ul>
      <p className="tiny quiet">Each colour begins at {measure.factor} the one before: a logarithmic scale.</p>
    </div>
  );
}
