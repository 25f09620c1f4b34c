import { useDocument } from '../../state/document';
import type { OpenedModel } from '../../engine/protocol/index';
import { formatBytes, formatCount, formatLarge, formatShape } from '../../base/format';
import { counted } from '../../base/plural';
import { Help } from '../parts/help';

/** What the file says of itself. */
export function ModelFacts() {
  const opened = useDocument((state) => state.opened);
  if (!opened) return null;
  return (
    <section className="panel" aria-labelledby="facts-title">
      <header className="panel-head">
        <h2 id="facts-title">The model</h2>
        <Help about="the model" terms={['opset', 'params', 'macs', 'gzip']} />
      </header>
      <dl className="facts">
        {factsOf(opened).map(([what, value]) => (
          <div key={what}>
            <dt className="quiet">{what}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function factsOf({ summary, sha256, gzipBytes, layers }: OpenedModel): [string, string][] {
  return [
    ['File', `${summary.name}, ${formatBytes(summary.bytes)}${gzipBytes === null ? '' : `, ${formatBytes(gzipBytes)} gzip`}`],
    ['SHA-256', sha256],
    ['Opset', `${summary.opset}, IR ${summary.irVersion}${summary.producer === '' ? '' : `, made by ${summary.producer}`}`],
    ['Inputs', values(summary.inputs)],
    ['Outputs', values(summary.outputs)],
    ['Parameters', `${formatCount(summary.params)} in ${counted(layers.length, 'layer')}`],
    [
      'Multiply-accumulates',
      summary.macs === null ? 'not known: the file gives no shapes and no run showed them' : formatLarge(summary.macs),
    ],
    [
      'Operators',
      Object.entries(summary.ops)
        .toSorted(([, a], [, b]) => b - a)
        .map(([op, n]) => `${op} ${n}`)
        .join(', '),
    ],
  ];
}

function values(list: OpenedModel['summary']['inputs']): string {
  return list.map(({ name, type, shape }) => `${name}: ${type} ${shape ? formatShape(shape) : 'of unknown shape'}`).join('; ');
}
