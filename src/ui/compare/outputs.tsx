import { PROVIDERS } from '../../engine/protocol/index';
import { useResults } from '../../state/results';
import { DataTable } from '../charts/figure';
import { formatValue } from '../../base/format';
import { counted } from '../../base/plural';
import { Help } from '../parts/help';

/** Every output on both sides: what there is to say of models without classes, with several outputs, or with state. */
export function Outputs() {
  const evaluation = useResults((state) => state.evaluation);
  return (
    <section className="panel" aria-labelledby="outputs-title">
      <header className="panel-head">
        <h2 id="outputs-title">Outputs, before against after</h2>
        <Help about="outputs" terms={['cosine', 'sqnr', 'kl', 'live', 'madeUp', 'webgpu', 'wasm']} />
        {evaluation && (
          <span className="small quiet">
            {counted(evaluation.agreement.samples, evaluation.madeUp === null ? 'sample' : 'made-up input')},{' '}
            {evaluation.of === 'file' ? 'written file' : 'live'}, on {PROVIDERS[evaluation.ep].name}
          </span>
        )}
      </header>
      {evaluation ? (
        <DataTable
          heads={['Output', 'Cosine', 'SQNR, dB', 'Largest difference', 'KL, nats']}
          rows={evaluation.outputs.map(({ name, cosine, sqnrDb, maxAbs, kl }) => [
            name,
            cosine.toFixed(6),
            sqnrDb === null ? 'exact' : sqnrDb.toFixed(1),
            formatValue(maxAbs),
            kl === null ? 'no class scores' : formatValue(kl),
          ])}
        />
      ) : (
        <p className="empty quiet">Compare the outputs to see how far each moved.</p>
      )}
    </section>
  );
}
