import { Fields } from './fields';
import type { Card, CardInput, CardLabels } from './types';

const FORMATS = ['idx', 'cifar10-binary', 'images+csv', 'folders', 'npy', 'csv', 'parquet', 'tensors'] as const;
/** Formats whose samples lie in one file, which the card must name. */
const ONE_FILE: ReadonlySet<Card['format']> = new Set<Card['format']>(['idx', 'cifar10-binary', 'npy', 'csv']);
const MAX_SIDE = 16384;

/**
 * An evaluation card from parsed JSON. `mean` and `std` hold one number for all channels or one a channel.
 * Throws `bad-card`, which names the field, its value and what it must be; unknown fields are refused, since a misspelt one
 * would silently change the preprocessing.
 */
export function parseCard(json: unknown): Card {
  const fields = new Fields(json, '', ['version', 'model', 'task', 'data', 'format', 'images', 'input', 'tensors', 'labels']);
  const format = fields.oneOf('format', FORMATS);
  const common = {
    version: fields.oneOf('version', [1]),
    ...(fields.has('model') ? { model: fields.text('model') } : {}),
    task: fields.oneOf('task', ['classification']),
    data: fields.text('data'),
  };
  for (const key of format === 'tensors' ? ['images', 'input'] : ['tensors']) {
    if (fields.has(key)) throw fields.bad(key, `left out with the format ${format}`);
  }
  const labels = fields.has('labels') ? { labels: parseLabels(fields.raw('labels')) } : {};
  if (format === 'tensors') return { ...common, format, tensors: parseTensors(fields), ...labels };
  const needsFile = ONE_FILE.has(format);
  return {
    ...common,
    format,
    ...(needsFile || fields.has('images') ? { images: fields.text('images') } : {}),
    input: parseInput(fields.raw('input')),
    ...labels,
  };
}

/** Files by the name of the model's input, which may be any text. */
function parseTensors(card: Fields): Readonly<Record<string, string>> {
  const json = card.raw('tensors');
  const names = typeof json === 'object' && json !== null && !Array.isArray(json) ? Object.keys(json) : [];
  const fields = new Fields(json, 'tensors', names);
  if (names.length === 0) throw card.bad('tensors', "an object of files by the name of the model's input");
  return Object.fromEntries(names.map((name) => [name, fields.text(name)]));
}

/** Channels that the model takes. */
export function channelCount(input: CardInput): 1 | 3 {
  return input.channels === 'L' ? 1 : 3;
}

function parseInput(json: unknown): CardInput {
  const fields = new Fields(json, 'input', ['layout', 'size', 'resizeShorter', 'channels', 'scale', 'mean', 'std']);
  const [height = 0, width = 0] = fields.numbers('size', [2]);
  if (![height, width].every((side) => Number.isInteger(side) && side >= 1 && side <= MAX_SIDE)) {
    throw fields.bad('size', `[height, width], each from 1 to ${MAX_SIDE}`);
  }
  const channels = fields.oneOf('channels', ['RGB', 'BGR', 'L']);
  const counts = channels === 'L' ? [1] : [1, 3];
  const std = fields.numbers('std', counts);
  if (std.includes(0)) throw fields.bad('std', 'without zeros: values are divided by it');
  return {
    layout: fields.oneOf('layout', ['NCHW', 'NHWC']),
    size: [height, width],
    ...(fields.has('resizeShorter') ? { resizeShorter: fields.integer('resizeShorter', Math.max(height, width), MAX_SIDE) } : {}),
    channels,
    scale: fields.number('scale'),
    mean: fields.numbers('mean', counts),
    std,
  };
}

function parseLabels(json: unknown): CardLabels {
  const fields = new Fields(json, 'labels', ['file', 'names', 'offset']);
  return {
    ...(fields.has('file') ? { file: fields.text('file') } : {}),
    ...(fields.has('names') ? { names: fields.text('names') } : {}),
    ...(fields.has('offset') ? { offset: fields.integer('offset', -1_000_000, 1_000_000) } : {}),
  };
}
