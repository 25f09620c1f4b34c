import { ALL_PROVIDERS, PROVIDERS, type Latency, type Measurement, type Startup } from '../../engine/protocol/index';
import { measure } from '../../state/actions';
import { useProviders } from '../../state/document';
import { useRecipe } from '../../state/recipe';
import { isFresh, useResults } from '../../state/results';
import { Figure } from '../charts/figure';
import { StripChart, type StripRow } from '../charts/strip-chart';
import { formatMs } from '../../base/format';
import { runsWords } from '../../base/runs-words';
import { MeasureButton } from '../parts/measure-button';
import { latencyWords } from '../parts/verdict';
import { Help } from '../parts/help';

/** One inference on each backend, original and result in turns; what loading costs stands apart. */
export function LatencyPanel() {
  const measurements = useResults((state) => state.measurements);
  const recipe = useRecipe((state) => state.recipe);
  const providers = useProviders();
  const known = ALL_PROVIDERS.flatMap((provider) => {
    const measurement = measurements[provider];
    return measurement && isFresh(measurement, recipe) ? [{ name: PROVIDERS[provider].name, measurement }] : [];
  });
  const sides = known.flatMap(({ name, measurement }) => sidesOf(name, measurement));
  return (
    <section className="panel" aria-labelledby="latency-title">
      <header className="panel-head">
        <h2 id="latency-title">One inference</h2>
        <Help about="latency" terms={['latency', 'p10', 'webgpu', 'wasm']} />
        {providers.map((provider) => (
          <MeasureButton key={provider} what={`Measure on ${PROVIDERS[provider].name}`} onClick={() => measure(provider)} />
        ))}
      </header>
      {sides.length > 0 ? (
        <Figure
          title="Every timing"
          finding={known
            .flatMap(({ name, measurement: { before, after } }) =>
              before && after
                ? [`${name}: ${formatMs(before.median)} before, ${formatMs(after.median)} after, ${latencyWords(before, after)}`]
                : [],
            )
            .join('; ')}
          note={known
            .flatMap(({ name, measurement: { before, after } }) =>
              before && after ? [`${name}: ${latencyWords(before, after)}, ${runsWords(after)}`] : [],
            )
            .join('. ')}
          table={{
            heads: ['Side', 'Median', 'p10', 'p90', 'Largest', 'Loading', 'First run'],
            rows: sides.map(({ label, latency, startup }) => [
              label,
              formatMs(latency.median),
              formatMs(latency.p10),
              formatMs(latency.p90),
              formatMs(Math.max(...latency.samples)),
              formatMs(startup.createMs),
              formatMs(startup.firstRunMs),
            ]),
          }}
        >
          <StripChart rows={sides.map(stripOf)} unit="ms" />
        </Figure>
      ) : (
        <p className="empty quiet">
          Original and result run in turns, at least 20 times each, after warming up; each timing is long enough for the browser's clock.
          Loading and the first run are told apart.
        </p>
      )}
    </section>
  );
}

interface Side {
  readonly label: string;
  readonly side: StripRow['side'];
  readonly latency: Latency;
  readonly startup: Startup;
}

function sidesOf(name: string, { before, after, startup }: Measurement): Side[] {
  if (!before || !after) return [];
  return [
    { label: `${name}, original`, side: 'original', latency: before, startup: startup.before },
    { label: `${name}, whittled`, side: 'result', latency: after, startup: startup.after },
  ];
}

function stripOf({ label, side, latency: { samples, p10, median, p90 } }: Side): StripRow {
  return { label, side, values: samples, p10, median, p90 };
}
