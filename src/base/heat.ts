/** What a sensitivity scan measured, as a table: a row a layer, a column a setting, coloured by the loss. */

/** What is changed about a layer: its bit width, or its part of zeros. */
type Kind = 'bits' | 'sparsity';

/** A column of the heat table: one setting that every layer is tried with. */
export interface HeatColumn {
  readonly kind: Kind;
  readonly value: number;
  readonly label: string;
}

export function columnsOf({ bits, sparsities }: { readonly bits: readonly number[]; readonly sparsities: readonly number[] }): HeatColumn[] {
  return [
    ...bits.toSorted((a, b) => b - a).map((value): HeatColumn => ({ kind: 'bits', value, label: `${value} bits` })),
    ...sparsities.toSorted((a, b) => a - b).map((value): HeatColumn => ({ kind: 'sparsity', value, label: `${Math.round(value * 100)} % zero` })),
  ];
}

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

/** Upper bounds of the first four of five steps, by decade of KL: below 0.001 nats nothing is felt, above 0.1 answers change. */
const STEPS = [0.001, 0.01, 0.03, 0.1] as const;

/** Step of the heat scale, 0 (nothing is felt) to 4 (answers change). */
export function heatOf(loss: number): number {
  const step = STEPS.findIndex((bound) => loss < bound);
  return step < 0 ? STEPS.length : step;
}

/** Loss in three figures at most: "0.047", "1.2e−5", "0". */
export function formatLoss(loss: number): string {
  if (loss <= 0) return '0';
  if (loss < 0.0005) return loss.toExponential(0).replace('e-', 'e−');
  return loss < 10 ? loss.toFixed(3) : loss.toFixed(1);
}
