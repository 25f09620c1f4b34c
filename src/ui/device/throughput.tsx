import { CartesianGrid, ErrorBar, Legend, Line, LineChart, ResponsiveContainer, XAxis, YAxis } from 'recharts';
import type { Rate } from '../../engine/protocol/index';
import { PROVIDERS } from '../../engine/protocol/index';
import { useRecipe } from '../../state/recipe';
import { isFresh, useResults } from '../../state/results';
import { measureThroughput } from '../../state/speed';
import { AXIS_TICK, LEGEND, legendText } from '../charts/axis';
import { Figure } from '../charts/figure';
import { threeFigures } from '../../base/format';
import { MeasureButton } from '../parts/measure-button';
import { Help } from '../parts/help';

/** Samples a second as batches grow. */
export function ThroughputPanel() {
  const found = useResults((state) => state.throughput);
  const recipe = useRecipe((state) => state.recipe);
  const fresh = found && isFresh(found, recipe) ? found : null;
  return (
    <section className="panel" aria-labelledby="throughput-title">
      <header className="panel-head">
        <h2 id="throughput-title">Samples a second by batch</h2>
        <Help about="batches" terms={['batch', 'p10']} />
        <MeasureButton what={fresh ? 'Run again' : 'Measure batches'} onClick={() => measureThroughput(recipe.target)} />
      </header>
      {fresh ? (
        <Figure
          title={`On ${PROVIDERS[fresh.ep].name}`}
          finding={fresh.batches
            .map(({ batch, before, after }) => `batch ${batch}: ${threeFigures(before.median)} before, ${threeFigures(after.median)} after`)
            .join('; ')}
          note={fresh.ended}
          table={{
            heads: ['Batch', 'Original, samples/s', 'p10–p90', 'Whittled, samples/s', 'p10–p90'],
            rows: fresh.batches.map(({ batch, before, after }) => [
              String(batch),
              threeFigures(before.median),
              spread(before),
              threeFigures(after.median),
              spread(after),
            ]),
          }}
        >
          <ResponsiveContainer width="100%" height={190}>
            <LineChart
              data={fresh.batches.map(({ batch, before, after }) => ({
                batch,
                original: before.median,
                whittled: after.median,
                originalError: errorOf(before),
                whittledError: errorOf(after),
              }))}
              margin={{ top: 8, right: 16, bottom: 0, left: 0 }}
              accessibilityLayer={false}
            >
              <CartesianGrid vertical={false} stroke="var(--line)" />
              <XAxis dataKey="batch" stroke="var(--line2)" tick={AXIS_TICK} />
              <YAxis width={52} domain={[0, 'auto']} stroke="var(--line2)" tick={AXIS_TICK} />
              <Legend iconType="square" wrapperStyle={LEGEND} formatter={legendText} />
              <Line dataKey="original" stroke="var(--steel)" dot={{ fill: 'var(--panel)', r: 4 }} isAnimationActive={false}>
                <ErrorBar dataKey="originalError" width={4} stroke="var(--steel)" />
              </Line>
              <Line dataKey="whittled" stroke="var(--woodfill)" dot={{ fill: 'var(--woodfill)', r: 4 }} isAnimationActive={false}>
                <ErrorBar dataKey="whittledError" width={4} stroke="var(--woodfill)" />
              </Line>
            </LineChart>
          </ResponsiveContainer>
        </Figure>
      ) : (
        <p className="empty quiet">Batches of 1, 2, 4 and more, as far as the model's first dimension is open and the time allows.</p>
      )}
    </section>
  );
}

function errorOf({ median, p10, p90 }: Rate): [number, number] {
  return [Math.max(0, median - p10), Math.max(0, p90 - median)];
}

function spread({ p10, p90 }: Rate): string {
  return `${threeFigures(p10)}–${threeFigures(p90)}`;
}
