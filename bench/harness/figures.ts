import { deviation, mean, median } from '../../src/base/stats';

/** What stands for repeats: times by their median, draws of samples by their mean. */
export type Statistic = 'median' | 'mean';

/** One measured figure of a run. */
export interface Figure {
  /** What it is of, from the general to the particular: "squeezenet1.1, GPTQ 4 bits, native". */
  readonly name: string;
  /** "s", "ms", "MiB", "bytes", "points", "%", "nats", "x" for ratios. */
  readonly unit: string;
  readonly value: number;
  /** Absent: measured once. */
  readonly repeats?: {
    readonly statistic: Statistic;
    readonly samples: readonly number[];
    readonly deviation: number;
  };
}

/** @param samples one value or its repeats; of one repeat nothing but the value is kept. Throws RangeError of none. */
export function figureOf(name: string, unit: string, samples: number | readonly number[], statistic: Statistic = 'median'): Figure {
  const values = typeof samples === 'number' ? [samples] : samples;
  const [first] = values;
  if (first === undefined) throw new RangeError(`"${name}" was not measured.`);
  if (values.length === 1) return { name, unit, value: first };
  const value = statistic === 'median' ? median(values) : mean(values);
  return { name, unit, value, repeats: { statistic, samples: values, deviation: deviation(values) } };
}

/** "3.21 s (median of 5, 3.10 to 3.60)". */
export function describeFigure({ unit, value, repeats }: Figure): string {
  const shown = `${written(value)} ${unit}`;
  if (repeats === undefined) return shown;
  const { statistic, samples, deviation: spread } = repeats;
  const about = statistic === 'mean' ? ` ± ${written(spread)}` : '';
  return `${shown}${about} (${statistic} of ${samples.length}, ${written(Math.min(...samples))} to ${written(Math.max(...samples))})`;
}

/** Four digits, of whole numbers all. */
export function written(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));
}
