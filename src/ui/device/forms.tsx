import type { FormComparison, FormResult } from '../../engine/protocol/index';
import { PROVIDERS } from '../../engine/protocol/index';
import { useResults } from '../../state/results';
import { compareForms } from '../../state/speed';
import { Figure } from '../charts/figure';
import { RatioChart, type RatioRow } from '../charts/ratio-chart';
import { formatBytes, formatMs } from '../../base/format';
import { runsWords } from '../../base/runs-words';
import { speedWords, times } from '../../base/verdict';
import { MeasureButton } from '../parts/measure-button';
import { Help } from '../parts/help';

/** The same weights in every form that fits this model, each really exported and run against the original. */
export function Forms() {
  const forms = useResults((state) => state.forms);
  return (
    <section className="panel" aria-labelledby="forms-title">
      <header className="panel-head">
        <h2 id="forms-title">Forms, really run</h2>
        <Help about="forms" terms={['packed', 'gzip', 'interval', 'webgpu', 'wasm']} />
        <MeasureButton what={forms ? 'Run again' : 'Compare the forms'} onClick={compareForms} />
      </header>
      {forms ? (
        <Chart comparison={forms} />
      ) : (
        <p className="empty quiet">Writes the model in each form that fits it, and times each in turns with the original.</p>
      )}
    </section>
  );
}

function Chart({ comparison: { forms, ep } }: { readonly comparison: FormComparison }) {
  const rows = forms.flatMap((form) => rowOf(form) ?? []);
  const notes = forms.filter(({ note }) => note !== '');
  const timed = forms.find(({ latency }) => latency !== null)?.latency;
  return (
    <>
      <Figure
        title="Time against the original"
        finding={rows.map(({ label, median }) => `${label} ${times(median)} the original's time`).join('; ')}
        note={
          `On ${PROVIDERS[ep].name}, ${timed ? runsWords(timed) : 'no runs'}, original and form ` +
          'in turns; 95 % intervals of paired ratios. Left of 1 is faster. Band: ±5 %, ' +
          `no measurable change. "Original" is a second copy of itself: it shows the device's noise.`
        }
        table={{
          heads: ['Form', 'File', 'Gzip', 'Median', 'Time', '95 % interval', 'Verdict'],
          rows: forms.map((form) => {
            const row = rowOf(form);
            return [
              form.label,
              form.bytes === null ? '–' : formatBytes(form.bytes),
              form.gzipBytes === null ? '–' : formatBytes(form.gzipBytes),
              form.latency ? formatMs(form.latency.median) : 'not run',
              row ? times(row.median) : '–',
              row ? `${row.low.toFixed(2)}–${row.high.toFixed(2)}` : '–',
              row ? speedWords(row) : '–',
            ];
          }),
        }}
      >
        <RatioChart rows={rows} />
      </Figure>
      {notes.map(({ label, note }) => (
        <p key={label} className="small quiet">
          {label}: {note}
        </p>
      ))}
    </>
  );
}

function rowOf({ label, ratio }: FormResult): RatioRow | null {
  return ratio && { label, ...ratio };
}
