import { printable } from '../base/node/system-errors';
import { formatBytes, formatCount, formatLarge, formatShape } from '../base/format';
import { counted } from '../base/plural';
import type { Inspected } from '../library/inspect';
import { byReason } from '../recipe/stays';
import { alignedLines, wrapped } from './columns';
import type { Paint } from './colours';

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
    const lines = wrapped(printable(words), Math.max(20, width - margin), '');
    return lines.map((line, i) => (i === 0 ? paint('bold', name) + ' '.repeat(margin - name.length) : ' '.repeat(margin)) + line);
  });
  const stays = byReason(skipped).flatMap(({ reason, names }) => wrapped(printable(`  ${names.join(', ')}: ${reason}`), width, '    '));
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

function table(layers: Inspected['layers'], width: number, paint: Paint): string[] {
  const all = layers.reduce((sum, { bytes }) => sum + bytes, 0);
  const rows = layers.map(({ id, op, shape, type, params, bytes, macs }) => [
    printable(id),
    op,
    formatShape(shape),
    type,
    formatCount(params),
    formatBytes(bytes),
    `${all === 0 ? '0.0' : ((100 * bytes) / all).toFixed(1)} %`,
    macs === null ? '' : formatLarge(macs),
  ]);
  const total = [
    counted(layers.length, 'layer'),
    '',
    '',
    '',
    formatCount(layers.reduce((sum, { params }) => sum + params, 0)),
    formatBytes(all),
    '',
    '',
  ];
  const [title = '', ...lines] = alignedLines(
    [['layer', 'operator', 'shape', 'type', 'weights', 'size', 'share', 'MACs'], ...rows, total],
    ['left', 'left', 'left', 'left', 'right'],
    width,
  );
  return [paint('bold', title), ...lines];
}

function value({ name, type, shape }: Inspected['summary']['inputs'][number]): string {
  return `${name} ${type}${shape === null ? '' : ` ${formatShape(shape)}`}`;
}

/** The most frequent first. */
function operators(ops: Readonly<Record<string, number>>): string {
  const sorted = Object.entries(ops).toSorted(([, a], [, b]) => b - a);
  return sorted.map(([name, count]) => `${name} ${formatCount(count)}`).join(', ');
}
