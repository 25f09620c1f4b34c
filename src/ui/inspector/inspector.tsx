import { ChevronLeft, ChevronRight } from 'lucide-react';
import { bitsStep, isOf } from '../../recipe/steps';
import { useDocument } from '../../state/document';
import { setOption, setOverride, settle, useRecipe } from '../../state/recipe';
import { useResults } from '../../state/results';
import { selectLayer, useView } from '../../state/view';
import type { Layer } from '../../engine/protocol/index';
import { formatCount, formatShape, formatValue } from '../../base/format';
import { counted } from '../../base/plural';
import { BitsChart } from './bits-chart';
import { Histogram } from './histogram';
import { LayerSettings } from './layer-settings';
import { Help } from '../parts/help';
import '../styles/inspector.css';

const NO_LAYERS: readonly Layer[] = [];

/** The selected layer: its weights before and after, its own settings, and what each bit width would cost. */
export function Inspector() {
  const layers = useDocument((state) => state.opened?.layers ?? NO_LAYERS);
  const selected = useView((state) => state.layer);
  const at = layers.findIndex(({ id }) => id === selected);
  const layer = layers[at];
  return (
    <section className="inspector" aria-labelledby="inspector-title" data-panel="inspector" tabIndex={-1}>
      <header className="panel-head">
        <h2 id="inspector-title" className="whole-name">
          {layer?.id ?? 'No layer selected'}
        </h2>
        {layer && (
          <span className="small quiet inspector-place">
            {at + 1} of {layers.length}
            <Step to={layers[at - 1]} label="Previous layer" Icon={ChevronLeft} />
            <Step to={layers[at + 1]} label="Next layer" Icon={ChevronRight} />
          </span>
        )}
      </header>
      {layer ? (
        <>
          <Weights layer={layer} />
          <LayerSettings layer={layer.id} />
          <Bits layer={layer.id} />
        </>
      ) : (
        <p className="empty quiet">Select a layer of the table to see its weights.</p>
      )}
    </section>
  );
}

function Step({ to, label, Icon }: { readonly to: Layer | undefined; readonly label: string; readonly Icon: typeof ChevronLeft }) {
  return (
    <button type="button" className="button plain" aria-label={label} disabled={!to} onClick={() => to && selectLayer(to.id)}>
      <Icon size={14} aria-hidden />
    </button>
  );
}

function Weights({ layer }: { readonly layer: Layer }) {
  const channel = useView((state) => state.channel);
  const recipe = useRecipe((state) => state.recipe);
  const histogram = useResults((state) => (state.histogram?.value.layerId === layer.id ? state.histogram.value : null));
  const pruneStep = recipe.passes.findIndex(({ id, off }) => off !== true && isOf(id, ({ prunes }) => prunes === true));
  const now = histogram?.state ?? layer;
  const { channels } = layer.view;
  return (
    <section className="inspector-part" aria-labelledby="weights-title">
      <div className="part-head">
        <h3 id="weights-title">
          Weights{' '}
          <span className="small quiet">
            {formatCount(now.params)}, {formatShape(now.shape)}
          </span>
        </h3>
        <Help about="levels" terms={['histogram', 'sparsity']} />
        <label className="channel small">
          <span className="visually-hidden">Output channel</span>
          <input
            className="field"
            type="number"
            min={0}
            max={channels - 1}
            placeholder={`All ${counted(channels, 'channel')}`}
            value={channel ?? ''}
            onChange={({ target }) => {
              const number = target.valueAsNumber;
              useView.setState({ channel: Number.isInteger(number) && number >= 0 && number < channels ? number : null });
            }}
          />
        </label>
      </div>
      {histogram ? (
        <>
          <Histogram
            value={histogram}
            onThreshold={pruneStep >= 0 ? (threshold) => setOption(pruneStep, 'threshold', threshold) : null}
            onSettle={settle}
          />
          <p className="tiny histogram-keys">
            <span>
              <span className="key hollow" aria-hidden /> original
            </span>
            <span>
              <span className="key solid" aria-hidden /> {histogram.levels ? `after, on ${histogram.levels.length} levels` : 'after'}
            </span>
            {histogram.threshold !== null && (
              <span>
                <span className="key hatched" aria-hidden /> pruned, |w| &lt; {formatValue(histogram.threshold)}
              </span>
            )}
            {histogram.step !== null && <span>grid step {formatValue(histogram.step)}</span>}
            {histogram.levels === null && histogram.state.bits <= 8 && (
              <span className="quiet">Each channel has its own levels: choose one to see them.</span>
            )}
          </p>
        </>
      ) : (
        <p className="histogram-waiting small quiet">Reading the weights</p>
      )}
    </section>
  );
}

function Bits({ layer }: { readonly layer: string }) {
  const curve = useResults((state) => (state.bitsCurve?.layerId === layer ? state.bitsCurve : null));
  const current = useResults((state) => state.preview?.layers.find(({ id }) => id === layer)?.bits ?? null);
  const recipe = useRecipe((state) => state.recipe);
  const index = bitsStep(recipe);
  if (!curve || index < 0) return null;
  return (
    <section className="inspector-part" aria-labelledby="bits-title">
      <div className="part-head">
        <h3 id="bits-title">Signal to noise by bits, dB</h3>
        <Help about="signal to noise" terms={['sqnr', 'bits']} />
        <span className="small quiet">choose a column to pin</span>
      </div>
      <BitsChart
        points={curve.points}
        current={current}
        onPick={(bits) => {
          setOverride(index, layer, 'bits', bits);
          settle();
        }}
      />
    </section>
  );
}
