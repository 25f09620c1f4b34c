import { removeData } from '../../state/actions';
import { useDocument } from '../../state/document';
import { formatCount } from '../../base/format';
import { attempt } from '../open';

/** What is measured on: how many samples, of how many classes, and which were left out. */
export function SamplesPanel() {
  const data = useDocument((state) => state.data);
  return (
    <section className="panel" aria-labelledby="samples-panel-title">
      <header className="panel-head">
        <h2 id="samples-panel-title">Samples</h2>
        {data && (
          <button type="button" className="button" onClick={() => attempt(removeData())}>
            Remove
          </button>
        )}
      </header>
      {data ? (
        <p>
          {data.name}: {formatCount(data.samples)} samples{data.classes === null ? '' : ` of ${formatCount(data.classes)} classes`}, {data.labelled ? 'labelled' : 'without labels'}.
        </p>
      ) : (
        <p className="empty quiet">No samples. Accuracy is not measured, and outputs are compared on random inputs.</p>
      )}
    </section>
  );
}
