import { printable } from '../base/node/system-errors';
import { formatBytes, formatCount, formatLarge, formatShape } from '../base/format';
import { counted } from '../base/plural';
import type { Inspected } from '../library/inspect';
import { byReason } from '../recipe/stays';
import { alignedLines, wrapped, type Align } from './columns';
import type { Paint } from './colours';

/** Between words that stay on one line. */
const TOGETHER = '\u00A0';

/** The model in words and a table of its layers, in lines of `width` columns at most where names can be cut. */
export function inspectedText({ summary, layers, skipped }: Inspected, width: number, paint: Paint): string {
  const facts: [string, string][] = [
    ['file', `${summary.name}, ${formatBytes(summary.bytes)}, opset ${summary.opset}${summary.producer && `, by ${summary.producer}`}`],
    ['inputs', summary.inputs.map(value).join('; ')],
    ['outputs', summary.outputs.map(value).join('; ')],
    ['parameters', formatLarge(summary.params)],
    ['MACs', summary.macs === null ? 'not known from the file' : `${formatLarge(summary.macs)} an inference`],
    ['operators', `${formatCount(summary.nodes)}: ${operators(summary.ops)}`],
  ];
  const margin = Math.max(...facts.map(([name]) => name.length)) + 2;
  const head = facts.flatMap(([name, words]) => {
    const lines = wrapped(printable(words), Math.max(20, width - margin), '').map((line) => line.replaceAll(TOGETHER, ' '));
    return lines.map((line, i) => (i === 0 ? paint('bold', name) + ' '.repeat(margin - name.length) : ' '.repeat(margin)) + line);
  });
  const stays = byReason(skipped).flatMap(({ reason, names }) =>
    wrapped(printable(`${names.join(', ')}: ${reason}`), width - 2, '  ').map((line) => `  ${line}`),
  );
  return [
    ...head,
    '',
    ...(layers.length === 0 ? ['No layer has weights that a pass could change.'] : table(layers, width, paint)),
    '',
    ...(skipped.length === 0
      ? ['Passes can change all of its large constants.']
      : [`${counted(skipped.length, 'constant stays as it is', 'constants stay as they are')}, whatever the recipe:`, ...stays]),
  ].join('\n');
}

interface Column {
  readonly title: string;
  readonly align: Align;
  readonly cell: (layer: Inspected['layers'][number]) => string;
  readonly total?: string;
  /** Columns of the terminal from which on there is room for it; always where not given. */
  readonly from?: number;
}

function table(layers: Inspected['layers'], width: number, paint: Paint): string[] {
  const all = layers.reduce((sum, { bytes }) => sum + bytes, 0);
  const weights = layers.reduce((sum, { params }) => sum + params, 0);
  const columns: Column[] = [
    { title: 'layer', align: 'left', cell: ({ id }) => printable(id), total: counted(layers.length, 'layer') },
    { title: 'operator', align: 'left', cell: ({ op }) => op },
    { title: 'shape', align: 'left', cell: ({ shape }) => formatShape(shape) },
    { title: 'type', align: 'left', cell: ({ type }) => type, from: 100 },
    { title: 'weights', align: 'right', cell: ({ params }) => formatCount(params), total: formatCount(weights), from: 64 },
    { title: 'size', align: 'right', cell: ({ bytes }) => formatBytes(bytes), total: formatBytes(all) },
    { title: 'share', align: 'right', cell: ({ bytes }) => `${all === 0 ? '0.0' : ((100 * bytes) / all).toFixed(1)} %`, from: 80 },
    { title: 'MACs', align: 'right', cell: ({ macs }) => (macs === null ? '' : formatLarge(macs)), from: 110 },
  ];
  const shown = columns.filter(({ from = 0 }) => width >= from);
  const rows = [shown.map(({ title }) => title), ...layers.map((layer) => shown.map(({ cell }) => cell(layer)))];
  const aligns = shown.map(({ align }) => align);
  const [title = '', ...lines] = alignedLines([...rows, shown.map(({ total = '' }) => total)], aligns, width);
  return [paint('bold', title), ...lines];
}

function value({ name, type, shape }: Inspected['summary']['inputs'][number]): string {
  return [name, type, ...(shape === null || shape.length === 0 ? [] : [formatShape(shape)])].join(TOGETHER);
}

/** The most frequent first. */
function operators(ops: Readonly<Record<string, number>>): string {
  const sorted = Object.entries(ops).toSorted(([, a], [, b]) => b - a);
  return sorted.map(([name, count]) => `${name}${TOGETHER}${formatCount(count)}`).join(', ');
}
