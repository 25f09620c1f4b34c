import { evaluate, measure } from '../../state/actions';
import { useDocument } from '../../state/document';
import { setRecipe, useRecipe } from '../../state/recipe';
import { chooseVariant, useVariants, type Variant } from '../../state/variants';
import type { Accuracy, Agreement, Latency, PairedTest } from '../../engine/protocol/index';
import type { AnswersVerdict } from '../../base/answers-verdict';
import { formatBytes, formatChange, formatCount, formatMs, formatPercent } from '../../base/format';
import { counted } from '../../base/plural';
import { runsWords } from '../../base/runs-words';
import { formatP, isMeasured, sizeWords } from '../../base/verdict';
import { MeasureButton } from '../parts/measure-button';
import { latencyWords } from '../parts/verdict';
import { VerdictList } from '../parts/verdict-words';
import { Help } from '../parts/help';

/** The original and one variant, figure by figure, with the difference in words. */
export function TwoUp() {
  const { variants, chosen } = useVariants();
  const recipe = useRecipe((state) => state.recipe);
  const opened = useDocument((state) => state.opened);
  const labelled = useDocument((state) => state.data?.labelled ?? null);
  const present = variants.find(({ key }) => key === JSON.stringify(recipe));
  const variant = variants.find(({ key }) => key === chosen) ?? present ?? null;
  if (!opened) return null;
  const isPresent = variant !== null && variant === present;
  return (
    <section className="panel" aria-labelledby="two-up-title">
      <header className="panel-head">
        <h2 id="two-up-title">Original and selected</h2>
        <Help
          about="the figures"
          terms={[
            'accuracy',
            'top5',
            'interval',
            'points',
            'p',
            'agreement',
            'cosine',
            'sqnr',
            'latency',
            'p10',
            'gzip',
            'bits',
            'webgpu',
            'wasm',
          ]}
        />
        {variants.length > 0 && (
          <select className="field" aria-label="Variant" value={variant?.key ?? ''} onChange={(event) => chooseVariant(event.target.value)}>
            {variant === null && <option value="">The recipe, not measured yet</option>}
            {variants.map(({ key, label }) => (
              <option key={key} value={key}>
                {label}
              </option>
            ))}
          </select>
        )}
        {variant && !isPresent && (
          <button type="button" className="button" onClick={() => setRecipe(variant.recipe)}>
            Use this
          </button>
        )}
      </header>
      <div className="table-scroll">
        <table className="two-up">
          <thead>
            <tr>
              <th scope="col">Measured here</th>
              <th scope="col" className="number">
                Original
              </th>
              <th scope="col" className="number">
                Selected
              </th>
              <th scope="col">Difference</th>
            </tr>
          </thead>
          <tbody>
            {rowsOf(variant, opened.summary.bytes, opened.gzipBytes, labelled).map(([what, a, b, difference]) => (
              <tr key={what}>
                <th scope="row">{what}</th>
                <td className="number">{a}</td>
                <td className="number">
                  <strong>{b}</strong>
                </td>
                <td>{difference}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {variant?.verdict && <VerdictList verdict={variant.verdict} />}
      {(variant === null || isPresent) && (
        <p className="panel-actions">
          <MeasureButton what="Score all samples" onClick={() => evaluate(null)} />
          <MeasureButton what="Measure latency" onClick={() => measure(useRecipe.getState().recipe.target)} />
        </p>
      )}
    </section>
  );
}

type Row = readonly [what: string, original: string, selected: string, difference: string];

const UNKNOWN = '–';
const NOT_MEASURED = 'not measured';

/** @param labelled whether the samples have labels; null without samples. */
function rowsOf(variant: Variant | null, bytes: number, gzip: number | null, labelled: boolean | null): Row[] {
  const {
    accuracy = null,
    original: before = null,
    agreement = null,
    paired = null,
    verdict = null,
    latency = null,
    gzipBytes = null,
  } = variant ?? {};
  const sized = (label: string, a: number | null, b: number | null): Row => [
    label,
    a === null ? UNKNOWN : formatBytes(a),
    b === null ? UNKNOWN : formatBytes(b),
    a && b ? sizeWords(a, b) : NOT_MEASURED,
  ];
  return [
    sized(variant?.exact === false ? 'File, predicted' : 'File', bytes, variant?.bytes ?? null),
    sized(variant?.exact === false ? 'Gzip, estimated' : 'Gzip', gzip, gzipBytes),
    [
      'Median latency',
      latency ? formatMs(latency.before.median) : UNKNOWN,
      latency ? formatMs(latency.after.median) : UNKNOWN,
      latency ? latencyWords(latency.before, latency.after) : NOT_MEASURED,
    ],
    ['p10 to p90', spread(latency?.before), spread(latency?.after), latency ? `${runsWords(latency.after)}, in turns` : NOT_MEASURED],
    [
      'Top-1',
      before ? formatPercent(before.top1) : UNKNOWN,
      accuracy ? formatPercent(accuracy.top1) : UNKNOWN,
      paired && verdict ? inWords(paired, verdict) : labelled === true && verdict ? verdict.short : notScored(labelled, agreement),
    ],
    ['95 % interval', intervalOf(before), intervalOf(accuracy), accuracy ? counted(accuracy.samples, 'sample') : UNKNOWN],
    [
      'Top-5',
      before ? formatPercent(before.top5) : UNKNOWN,
      accuracy ? formatPercent(accuracy.top5) : UNKNOWN,
      before && accuracy ? points(accuracy.top5 - before.top5) : UNKNOWN,
    ],
    [
      'Agreement',
      'reference',
      agreement ? (agreement.top1 === null ? `cosine ${agreement.cosine.toFixed(6)}` : formatPercent(agreement.top1)) : UNKNOWN,
      agreement?.changed == null
        ? agreement
          ? `SQNR ${agreement.sqnrDb?.toFixed(1) ?? 'exact'} dB`
          : NOT_MEASURED
        : `${formatCount(agreement.changed)} of ${counted(agreement.samples, 'answer')} changed`,
    ],
  ];
}

/** A difference is called one only where the paired test says so. */
function inWords({ difference, interval, p }: PairedTest, { short }: AnswersVerdict): string {
  const range = `${points(difference)} (${points(interval.low)} to ${points(interval.high)})`;
  return isMeasured(p) ? `${range}, ${formatP(p)}` : `${range}: ${short} (${formatP(p)})`;
}

function notScored(labelled: boolean | null, agreement: Agreement | null): string {
  if (agreement && agreement.top1 === null) return 'the outputs are no class scores';
  if (labelled === null) return 'needs labelled samples';
  return labelled ? 'not scored yet' : 'the samples have no labels';
}

function points(change: number): string {
  return `${formatChange(change, 2)} pt`;
}

function spread(latency: Latency | undefined): string {
  return latency ? `${formatMs(latency.p10)}–${formatMs(latency.p90)}` : UNKNOWN;
}

function intervalOf(accuracy: Accuracy | null): string {
  return accuracy ? `${accuracy.top1Interval.low.toFixed(1)}–${accuracy.top1Interval.high.toFixed(1)}` : UNKNOWN;
}
