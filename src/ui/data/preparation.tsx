import type { Card, PresetCandidate } from '../../engine/protocol/index';
import { formatCount, formatPercent } from '../../base/format';
import { presetOf, presetsFor, withPreset } from '../../data/presets';
import { applyCard, findPreset } from '../../state/data';
import { useDocument } from '../../state/document';
import { useJobs } from '../../state/jobs';
import { attempt } from '../open';
import { MeasureButton } from '../parts/measure-button';
import { CardForm } from './card-form';
import { Help } from '../parts/help';

/** How samples become the model's input: found by trying where there are labels, chosen from presets, or typed. */
export function PreparationPanel() {
  const data = useDocument((state) => state.data);
  const busy = useJobs((state) => state.running !== null);
  return (
    <section className="panel" aria-labelledby="preparation-title">
      <header className="panel-head">
        <h2 id="preparation-title">How samples become inputs</h2>
        {data && <PresetChoice card={data.card} />}
      </header>
      {data ? (
        // Another card is another form: what was typed for the old one is gone with it.
        <CardForm key={JSON.stringify(data.card)} card={data.card} busy={busy} onApply={(card) => attempt(applyCard(card))} />
      ) : (
        <p className="empty quiet">
          Add samples first. value = (pixel · scale − mean) / std, in the layout and channel order of the model.
        </p>
      )}
    </section>
  );
}

const OWN = 'own';

function PresetChoice({ card }: { readonly card: Card }) {
  if (card.format === 'tensors') return null;
  const { input } = card;
  return (
    <select
      className="field"
      aria-label="Preset"
      value={presetOf(input)?.id ?? OWN}
      onChange={({ target }) => {
        const preset = presetsFor(input.channels).find(({ id }) => id === target.value);
        if (preset) attempt(applyCard({ ...card, input: withPreset(input, preset) }));
      }}
    >
      {presetOf(input) === null && <option value={OWN}>own numbers</option>}
      {presetsFor(input.channels).map(({ id, label }) => (
        <option key={id} value={id}>
          {label}
        </option>
      ))}
    </select>
  );
}

/** The search for the preset, with what every candidate reached. */
export function PresetSearchPanel() {
  const found = useDocument((state) => state.presets);
  const prepared = useDocument((state) => state.prepared);
  const data = useDocument((state) => state.data);
  const busy = useJobs((state) => state.running !== null);
  const possible = data?.labelled === true && data.card.format !== 'tensors';
  return (
    <section className="panel" aria-labelledby="presets-title">
      <header className="panel-head">
        <h2 id="presets-title">The right preset, found by trying</h2>
        <Help about="presets" terms={['accuracy', 'interval', 'offset']} />
        {possible && <MeasureButton what={found ? 'Try again' : 'Find the preset'} learns={false} onClick={() => findPreset()} />}
      </header>
      {!found && (
        <p className="empty quiet">
          {prepared !== null
            ? prepared
            : possible
              ? 'Tries presets, channel orders, crops and label offsets on a few samples, ' +
                'unasked when samples come without a card: the model itself says which is right.'
              : 'Needs images with labels.'}
        </p>
      )}
      {found && (
        <>
          <p>{prepared ?? found.verdict}</p>
          <div className="table-scroll">
            <table aria-label="Presets tried">
              <thead>
                <tr>
                  <th scope="col">Preset</th>
                  <th scope="col" className="number">
                    Label offset
                  </th>
                  <th scope="col" className="number">
                    Top-1
                  </th>
                  <th scope="col" className="number">
                    95 % interval
                  </th>
                  <th scope="col" className="number">
                    Samples
                  </th>
                  <th scope="col">
                    <span className="visually-hidden">Apply</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {found.candidates.map((candidate) => (
                  <Candidate
                    key={`${candidate.label} ${candidate.offset}`}
                    candidate={candidate}
                    best={candidate === found.best}
                    disabled={busy}
                  />
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
    </section>
  );
}

function Candidate({
  candidate,
  best,
  disabled,
}: {
  readonly candidate: PresetCandidate;
  readonly best: boolean;
  readonly disabled: boolean;
}) {
  const { label, offset, top1, top1Interval, samples, card } = candidate;
  return (
    <tr data-best={best || undefined}>
      <th scope="row">{best ? <strong>{label}</strong> : label}</th>
      <td className="number">{offset}</td>
      <td className="number">{formatPercent(top1)}</td>
      <td className="number">
        {top1Interval.low.toFixed(0)}–{top1Interval.high.toFixed(0)}
      </td>
      <td className="number">{formatCount(samples)}</td>
      <td>
        <button
          type="button"
          className="button small"
          disabled={disabled}
          aria-label={`Use ${label}`}
          onClick={() => attempt(applyCard(card))}
        >
          Use
        </button>
      </td>
    </tr>
  );
}
