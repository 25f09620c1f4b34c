/** Words and number forms that several sections share. */
import { threeFigures } from '../base/format';

/** Without a unit: the column names it. */
export const milliseconds = threeFigures;

/** Two decimals, without a unit. */
export function hundredths(value: number): string {
  return value.toFixed(2);
}

/** One decimal, without the unit, which the column or sentence has. */
export function decibels(value: number): string {
  return value.toFixed(1);
}
