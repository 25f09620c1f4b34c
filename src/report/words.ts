/** Words and number forms that several sections share. */
import { threeFigures } from '../base/format';

/** Without a unit: the column names it. */
export const milliseconds = threeFigures;

export function hundredths(value: number): string {
  return value.toFixed(2);
}

export function decibels(value: number): string {
  return value.toFixed(1);
}
