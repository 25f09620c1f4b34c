import { counted } from '../../base/plural';
import { lazy, Suspense, useMemo } from 'react';
import type { Layer, LayerState } from '../../engine/protocol/index';
import { useDocument } from '../../state/document';
import { pinnedLayers, useRecipe } from '../../state/recipe';
import { useResults } from '../../state/results';
import { useView } from '../../state/view';
import { Segmented } from '../parts/segmented';
import { arrangeRows, joinRows, totalsOf } from './rows';
import { Spindle } from './spindle';
import { LayerTable } from './table';
import { Help } from '../parts/help';
import '../styles/layers.css';

const Sensitivity = lazy(() => import('../sensitivity/sensitivity'));

const NO_LAYERS: readonly Layer[] = [];
const NO_STATES: readonly LayerState[] = [];

/** The model's map over the table of its layers. */
export function Layers() {
  const layers = useDocument((state) => state.opened?.layers ?? NO_LAYERS);
  const states = useResults((state) => state.preview?.layers ?? NO_STATES);
  const recipe = useRecipe((state) => state.recipe);
  const filter = useView((state) => state.filter);
  const sort = useView((state) => state.sort);
  const view = useView((state) => state.layerView);
  const all = useMemo(() => joinRows(layers, states, pinnedLayers(recipe)), [layers, states, recipe]);
  const rows = useMemo(() => arrangeRows(all, filter, sort), [all, filter, sort]);
  const totals = useMemo(() => totalsOf(rows), [rows]);
  return (
    <section className="layers" aria-label="Layers" data-panel="layers" tabIndex={-1}>
      <div className="layer-map">
        <div>
          <h2>{counted(layers.length, 'layer')}</h2>
          <p className="tiny quiet">height is √bytes</p>
          <p className="tiny">
            <span className="key hollow" aria-hidden /> original <span className="key solid" aria-hidden /> whittled
          </p>
        </div>
        <Spindle rows={all} />
      </div>
      <div className="layer-search">
        <Segmented
          label="View"
          value={view}
          choices={[
            { value: 'table', label: 'Layers' },
            { value: 'sensitivity', label: 'Sensitivity' },
          ]}
          onChange={(next) => useView.setState({ layerView: next === 'sensitivity' ? next : 'table' })}
        />
        <input
          id="layer-filter"
          className="field"
          type="search"
          aria-label="Search layers"
          placeholder="Name or operator"
          value={filter}
          onChange={(event) => useView.setState({ filter: event.target.value })}
        />
        <kbd aria-hidden>/</kbd>
        {view === 'table' && (
          <Help about="the columns" terms={['params', 'bits', 'sparsity', 'sqnr']}>
            <p>
              Bars are drawn by the square root of bytes, so that small layers stay visible. A pin marks a layer with settings of its own.
            </p>
          </Help>
        )}
      </div>
      {view === 'sensitivity' ? (
        <Suspense>
          <Sensitivity />
        </Suspense>
      ) : rows.length > 0 ? (
        <LayerTable rows={rows} totals={totals} />
      ) : (
        <p className="empty quiet">
          {layers.length === 0 ? 'The model has no weights that a pass could change.' : `No layer matches "${filter}".`}
        </p>
      )}
    </section>
  );
}
