/** What a sensitivity scan measured, as a table: a row a layer, a column a setting, coloured by the loss. */

/** What is changed about a layer: its bit width, or its part of zeros. */
type Kind = 'bits' | 'sparsity';

/** A column of the heat table: one setting that every layer is tried with. */
export interface HeatColumn {
  readonly kind: Kind;
  readonly value: number;
  readonly label: string;
}

/** The columns of a scan: bit widths from the most on, then sparsities (shares of 0 to 1) from the least: left to right the cut grows. */
export function columnsOf({
  bits,
  sparsities,
}: {
  readonly bits: readonly number[];
  readonly sparsities: readonly number[];
}): HeatColumn[] {
  return [
    ...bits.toSorted((a, b) => b - a).map((value): HeatColumn => ({ kind: 'bits', value, label: `${value} bits` })),
    ...sparsities
      .toSorted((a, b) => a - b)
      .map((value): HeatColumn => ({ kind: 'sparsity', value, label: `${Math.round(value * 100)} % zero` })),
  ];
}

/** Tells a scan's cells apart, whatever order they come in. @param value bits, or a sparsity of 0 to 1. */
export function cellKey({ layerId, kind, value }: { readonly layerId: string; readonly kind: Kind; readonly value: number }): string {
  return `${kind} ${value} ${layerId}`;
}

/**
 * One number a setting costs, 0 or more, of which the parts of several layers may be added: the KL divergence, or, where the outputs are
 * no class scores, the share of noise in the outputs (noise / signal).
 */
export function lossOf({ kl, sqnrDb }: { readonly kl: number | null; readonly sqnrDb: number | null }): number {
  return kl ?? (sqnrDb === null ? 0 : 10 ** (-sqnrDb / 10));
}

/** Figures of a cell that a measure is taken from. */
interface Measured {
  readonly kl: number | null;
  readonly sqnrDb: number | null;
  readonly top1: number | null;
  readonly top1Before: number | null;
  readonly agreement: number | null;
}

/** What a setting costs, seen in one way: a number that is worse the larger it is, coloured on a logarithmic scale of five steps. */
export interface HeatMeasure {
  readonly id: 'points' | 'answers' | 'kl' | 'noise';
  readonly label: string;
  /** Upper bounds of the first four steps; each is the same factor above the one before. */
  readonly bounds: readonly [number, number, number, number];
  /** That factor, in words. */
  readonly factor: string;
  /** null where a cell does not have it. */
  readonly valueOf: (cell: Measured) => number | null;
  readonly format: (value: number) => string;
}

/** What a person loses stands first, then what a model without labels or classes can tell. */
const MEASURES: readonly HeatMeasure[] = [
  {
    id: 'points',
    label: 'Points lost',
    bounds: [0.3, 1, 3, 10],
    factor: 'about three times',
    valueOf: ({ top1, top1Before }) => (top1 === null || top1Before === null ? null : top1Before - top1),
    format: formatTenth,
  },
  {
    id: 'answers',
    label: 'Answers changed, %',
    bounds: [1, 3, 10, 30],
    factor: 'about three times',
    valueOf: ({ agreement }) => (agreement === null ? null : 100 - agreement),
    format: formatTenth,
  },
  // Below 0.001 nats nothing is felt, above 0.1 answers change.
  { id: 'kl', label: 'KL, nats', bounds: [0.001, 0.01, 0.1, 1], factor: 'ten times', valueOf: ({ kl }) => kl, format: formatLoss },
  {
    id: 'noise',
    label: 'Noise over signal',
    bounds: [0.001, 0.01, 0.1, 1],
    factor: 'ten times',
    valueOf: (cell) => (cell.kl === null ? lossOf(cell) : null),
    format: formatLoss,
  },
];

/** The measures that some cell has, those that say most first. */
export function measuresOf(cells: readonly Measured[]): HeatMeasure[] {
  return MEASURES.filter(({ valueOf }) => cells.some((cell) => valueOf(cell) !== null));
}

/** Step of the heat scale, 0 to 4. What is no loss at all, or a gain, is step 0. */
export function heatOf({ bounds }: HeatMeasure, value: number): number {
  const step = bounds.findIndex((bound) => value < bound);
  return step < 0 ? bounds.length : step;
}

/** The steps of the scale in words: "under 0.3", "0.3 to 1", … "10 and more". */
export function stepsOf({ bounds }: HeatMeasure): string[] {
  const inner = bounds.slice(1).map((bound, i) => `${bounds[i] ?? 0} to ${bound}`);
  return [`under ${bounds[0]}`, ...inner, `${bounds[3]} and more`];
}

/** Loss in three figures at most: "0.047", "1.2e−5", "0". */
export function formatLoss(loss: number): string {
  if (loss <= 0) return '0';
  if (loss < 0.0005) return loss.toExponential(0).replace('e-', 'e−');
  return loss < 10 ? loss.toFixed(3) : loss.toFixed(1);
}

/** "1.6"; a gain as "−1.6". */
function formatTenth(value: number): string {
  const text = Math.abs(value).toFixed(1);
  return value < 0 && text !== '0.0' ? `−${text}` : text;
}
