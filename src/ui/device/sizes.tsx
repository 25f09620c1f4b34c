import type { CompressedSize, Sizes } from '../../engine/protocol/index';
import { useRecipe } from '../../state/recipe';
import { isFresh, useResults } from '../../state/results';
import { measureSizes } from '../../state/speed';
import { Figure } from '../charts/figure';
import { SizeBar } from '../charts/size-bar';
import { formatBytes, kilobytes } from '../../base/format';
import { sizeWords } from '../../base/verdict';
import { MeasureButton } from '../parts/measure-button';
import { Help } from '../parts/help';

const KINDS = [
  { label: 'raw', bytesOf: (size: CompressedSize) => size.bytes },
  { label: 'gzip', bytesOf: (size: CompressedSize) => size.gzipBytes },
  { label: 'brotli', bytesOf: (size: CompressedSize) => size.brotliBytes },
] as const;

/** Bytes of the real files, as they are and as a server would send them; by layer too. */
export function SizesPanel() {
  const found = useResults((state) => state.sizes);
  const recipe = useRecipe((state) => state.recipe);
  const fresh = found && isFresh(found, recipe) ? found : null;
  return (
    <section className="panel" aria-labelledby="sizes-title">
      <header className="panel-head">
        <h2 id="sizes-title">Bytes on the wire</h2>
        <Help about="compressed sizes" terms={['gzip']} />
        <MeasureButton what={fresh ? 'Compress again' : 'Compress both files'} onClick={measureSizes} />
      </header>
      {fresh ? (
        <>
          <Figure
            title="The files"
            finding={KINDS.map(
              ({ label, bytesOf }) => `${label}: ${text(bytesOf(fresh.before))} before, ${text(bytesOf(fresh.after))} after`,
            ).join('; ')}
            note={
              `Brotli quality ${fresh.brotliQuality.files} of 11 for the files and ${fresh.brotliQuality.layers} for layers, ` +
              `the same on both sides.${fresh.complete ? '' : ' The time ran out before every layer was compressed.'}`
            }
            table={{
              heads: ['Form', 'Original', 'Whittled', 'Ratio'],
              rows: KINDS.map(({ label, bytesOf }) => [
                label,
                text(bytesOf(fresh.before)),
                text(bytesOf(fresh.after)),
                ratio(bytesOf(fresh.before), bytesOf(fresh.after)),
              ]),
            }}
          >
            {KINDS.map(({ label, bytesOf }) => (
              <SizeBar key={label} label={label} before={bytesOf(fresh.before)} after={bytesOf(fresh.after)} largest={fresh.before.bytes} />
            ))}
          </Figure>
          <details>
            <summary className="small">By layer, kB of the stored weights</summary>
            <LayerSizes layers={fresh.layers} />
          </details>
        </>
      ) : (
        <p className="empty quiet">Writes the file and compresses it with gzip and brotli, whole and layer by layer.</p>
      )}
    </section>
  );
}

function LayerSizes({ layers }: { readonly layers: Sizes['layers'] }) {
  return (
    <div className="table-scroll">
      <table aria-label="Compressed size of each layer">
        <thead>
          <tr>
            <th scope="col">Layer</th>
            {['before', 'after'].flatMap((side) =>
              KINDS.map(({ label }) => (
                <th key={`${side} ${label}`} scope="col" className="number">
                  {label} {side}
                </th>
              )),
            )}
          </tr>
        </thead>
        <tbody>
          {layers.map(({ id, before, after }) => (
            <tr key={id}>
              <th scope="row">{id}</th>
              {[...cells(before), ...cells(after)].map((value, i) => (
                // Six columns that never move.
                // oxlint-disable-next-line react/no-array-index-key
                <td key={i} className="number">
                  {value}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function cells(size: CompressedSize): string[] {
  return KINDS.map(({ bytesOf }) => {
    const bytes = bytesOf(size);
    return bytes === null ? '–' : kilobytes(bytes);
  });
}

function text(bytes: number | null): string {
  return bytes === null ? 'not measured' : formatBytes(bytes);
}

function ratio(a: number | null, b: number | null): string {
  return a === null || b === null ? '–' : sizeWords(a, b);
}
