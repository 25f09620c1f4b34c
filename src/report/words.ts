/** Words and number forms that several sections share. */
import { threeFigures } from '../base/format';
import type { Ratio } from '../base/verdict';
import type { Ep } from '../engine/protocol/index';
import { cellText, interval } from './content';

export const EP_NAMES: Readonly<Record<Ep, string>> = { webgpu: 'WebGPU', wasm: 'WASM' };

/** Without a unit: the column names it. */
export const milliseconds = threeFigures;

export function hundredths(value: number): string {
  return value.toFixed(2);
}

export function decibels(value: number): string {
  return value.toFixed(1);
}

export function times(value: number): string {
  return `${value.toFixed(2)}×`;
}

/** "0.80 times the original's time (95 % interval 0.78–0.83)". */
export function timeWords({ median, ...ends }: Ratio): string {
  return `${hundredths(median)} times the original's time (95 % interval ${cellText(interval(ends, hundredths))})`;
}
