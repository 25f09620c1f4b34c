import type { PlacedOperator, Profile } from '../../engine/protocol/index';
import { PROVIDERS } from '../../engine/protocol/index';
import { useProviders } from '../../state/document';
import { useRecipe } from '../../state/recipe';
import { isFresh, useResults } from '../../state/results';
import { profile } from '../../state/speed';
import { formatCount, threeFigures } from '../../base/format';
import { placementWords } from '../../base/placement-words';
import { counted } from '../../base/plural';
import { MeasureButton } from '../parts/measure-button';
import { Help } from '../parts/help';

/** Where every operator ran, for how long, and which copies between GPU and CPU that cost: before and after side by side. */
export function PlacementPanel() {
  const found = useResults((state) => state.profile);
  const recipe = useRecipe((state) => state.recipe);
  const providers = useProviders();
  const fresh = found && isFresh(found, recipe) ? found : null;
  return (
    <section className="panel" aria-labelledby="placement-title">
      <header className="panel-head">
        <h2 id="placement-title">Where operators run</h2>
        <Help about="placement" terms={['placement', 'latency', 'webgpu', 'wasm']} />
        {providers.map((provider) => (
          <MeasureButton
            key={provider}
            what={`${PROVIDERS[provider].gpu ? 'Find out on' : 'On'} ${PROVIDERS[provider].name}`}
            onClick={() => profile(provider)}
          />
        ))}
      </header>
      {fresh ? (
        <Operators found={fresh} />
      ) : (
        <p className="empty quiet">
          Runs both files once more with the runtime recording each node. Recording slows a session, so these times are told apart from
          latency.
        </p>
      )}
    </section>
  );
}

function Operators({ found: { before, after, ep } }: { readonly found: Profile }) {
  return (
    <>
      <p className="small">
        <strong>{PROVIDERS[ep].name}.</strong> Original: {placementWords(before)}. Whittled: {placementWords(after)}.
      </p>
      <div className="table-scroll">
        <table aria-label="Operators">
          <thead>
            <tr>
              {['Operator', 'Runs on', 'Nodes before', 'ms', 'Nodes after', 'ms'].map((head, i) => (
                <th key={`${head}-${i < 4 ? 'before' : 'after'}`} scope="col" className={i > 1 ? 'number' : undefined}>
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {pairs(before.operators, after.operators).map(({ op, provider, a, b }) => (
              <tr key={`${op} ${provider}`}>
                <th scope="row">{op}</th>
                <td className={provider === 'CPU' && PROVIDERS[ep].gpu ? 'warning' : undefined}>{provider}</td>
                <td className="number">{a ? formatCount(a.count) : '–'}</td>
                <td className="number">{time(a)}</td>
                <td className="number">{b ? formatCount(b.count) : '–'}</td>
                <td className="number">{time(b)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {after.gpuStepMs !== null && after.gpuStepMs > 0 && (
        <p className="tiny quiet">
          The browser rounds GPU times to {after.gpuStepMs} ms; means of {counted(after.runs, 'run')}.
        </p>
      )}
    </>
  );
}

function time(operator: PlacedOperator | undefined): string {
  return operator?.ms == null ? '–' : threeFigures(operator.ms);
}

interface Pair {
  readonly op: string;
  readonly provider: PlacedOperator['provider'];
  readonly a: PlacedOperator | undefined;
  readonly b: PlacedOperator | undefined;
}

/** Operators of either side by name and provider, the longest first. */
function pairs(before: readonly PlacedOperator[], after: readonly PlacedOperator[]): Pair[] {
  const [left, right] = [new Map(before.map((o) => [placeOf(o), o])), new Map(after.map((o) => [placeOf(o), o]))];
  const all = new Map([...left, ...right]);
  return [...all]
    .map(([name, { op, provider }]) => ({ op, provider, a: left.get(name), b: right.get(name) }))
    .toSorted((x, y) => (y.b?.ms ?? y.a?.ms ?? 0) - (x.b?.ms ?? x.a?.ms ?? 0));
}

function placeOf({ op, provider }: PlacedOperator): string {
  return `${op} ${provider}`;
}
