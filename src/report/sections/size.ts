import { formatBytes, formatCount, formatPercent, formatShape, kilobytes } from '../../base/format';
import { sizeWords } from '../../base/verdict';
import { agreeing, counted } from '../../base/plural';
import { capped, figure, NOT_MEASURED, numbers, section, text, words, type BarRow, type Block, type Section, type Table } from '../content';
import type { Report, ReportLayer } from '../types';
import { decibels } from '../words';

const MOST_LAYERS = 300;
const NOT_COUNTED = 'not counted';

/** Both files as they are and compressed, and where in the model the bytes are. */
export function sizeSection(report: Report): Section {
  const { layers, sizes, stored } = report;
  return section('size', 'Size', [
    ...files(report),
    ...(stored ? staying(stored) : []),
    ...(layers.length > 0 ? [spindle(layers), { kind: 'table' as const, table: capped(layerTable(report), MOST_LAYERS) }] : []),
    ...(sizes ? compressedLayers(sizes) : []),
  ]);
}

function files({ before, after, predictedBytes, sizes }: Report): Block[] {
  const rows: readonly Omit<BarRow, 'note'>[] = [
    after.bytes === null && predictedBytes !== null
      ? { label: 'raw, predicted', before: before.bytes, after: predictedBytes }
      : { label: 'raw', before: before.bytes, after: after.bytes },
    { label: 'gzip', before: before.gzipBytes, after: after.gzipBytes },
    ...(sizes ? [{ label: 'brotli', before: sizes.before.brotliBytes, after: sizes.after.brotliBytes }] : []),
  ];
  const uncompressed = after.bytes !== null && after.gzipBytes === null ? 'The files were not compressed.' : null;
  const bars = rows.map(({ label, before: a, after: b }): BarRow => ({ label, before: a, after: b, note: `${size(a)} → ${size(b)}` }));
  return [
    { kind: 'chart', finding: bars.map(({ label, note }) => `${label} ${note}`).join('; '), chart: { kind: 'bars', rows: bars } },
    {
      kind: 'table',
      table: {
        caption: 'The files, bytes',
        columns: [...words('Form'), ...numbers('Original', 'Result'), ...words('Change')],
        rows: rows.map((row) => [
          row.label,
          figure(row.before, formatCount, NOT_COUNTED),
          figure(row.after, formatCount, NOT_COUNTED),
          row.before === null || row.after === null ? '–' : sizeWords(row.before, row.after),
        ]),
      },
    },
    text(
      uncompressed,
      sizes &&
        `Brotli quality ${sizes.brotliQuality.files} of 11 on both ` +
          `files${sizes.complete ? '' : '; the time ran out before everything was compressed'}.`,
    ),
  ];
}

function staying({ totals, stays }: NonNullable<Report['stored']>): Block[] {
  if (stays.length === 0) return [text(totals)];
  const table: Table = {
    caption: 'What stays in the form it had',
    columns: words('Weight or constant', 'Reason'),
    rows: stays.map(({ layer, reason }) => [layer, reason]),
  };
  return [text(totals), { kind: 'table', table: capped(table, MOST_LAYERS) }];
}

function size(bytes: number | null): string {
  return bytes === null ? NOT_COUNTED : formatBytes(bytes);
}

function spindle(layers: readonly ReportLayer[]): Block {
  const before = layers.reduce((sum, layer) => sum + layer.bytesBefore, 0);
  const after = layers.reduce((sum, layer) => sum + (layer.bytesAfter ?? layer.bytesBefore), 0);
  const known = layers.some((layer) => layer.bytesAfter !== null);
  return {
    kind: 'chart',
    finding:
      `${counted(layers.length, 'layer')} drawn by the square root of ${agreeing(layers.length, 'its', 'their')} bytes: ` +
      `${formatBytes(before)} before${known ? `, ${formatBytes(after)} after` : ''}`,
    chart: {
      kind: 'spindle',
      layers: layers.map(({ name, bytesBefore, bytesAfter }) => ({ name, before: bytesBefore, after: bytesAfter })),
    },
  };
}

function layerTable({ layers, after }: Report): Table {
  return {
    caption: 'Layers',
    columns: [
      ...words('Layer', 'Operator', 'Shape'),
      ...numbers('Weights', 'Bits'),
      ...words('Stored as'),
      ...numbers('Zeros', 'SQNR, dB', 'kB before', after.bytes === null ? 'kB after, predicted' : 'kB after'),
    ],
    rows: layers.map(({ name, op, shape, params, bits, storage, sparsity, sqnrDb, bytesBefore, bytesAfter }) => [
      name,
      op,
      formatShape(shape),
      figure(params, formatCount),
      figure(bits, String),
      storage ?? NOT_MEASURED,
      figure(sparsity, (part) => formatPercent(part * 100)),
      figure(sqnrDb, decibels, bits === null ? NOT_MEASURED : 'exact'),
      figure(bytesBefore, kilobytes),
      figure(bytesAfter, kilobytes),
    ]),
  };
}

function compressedLayers({ layers, brotliQuality }: NonNullable<Report['sizes']>): Block[] {
  const table: Table = {
    caption: `Stored weights of each layer compressed by themselves, kB (brotli quality ${brotliQuality.layers})`,
    columns: [...words('Layer'), ...numbers('Raw before', 'Gzip before', 'Brotli before', 'Raw after', 'Gzip after', 'Brotli after')],
    rows: layers.map(({ id, before, after }) => [
      id,
      ...[before, after].flatMap(({ bytes, gzipBytes, brotliBytes }) =>
        [bytes, gzipBytes, brotliBytes].map((value) => figure(value, kilobytes)),
      ),
    ]),
  };
  return [{ kind: 'table', table: capped(table, MOST_LAYERS) }];
}
