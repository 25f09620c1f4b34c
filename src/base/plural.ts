/** Words that go with a number. */
import { formatCount } from './format';

/** "1 answer", "1,234 answers"; `many` where the plural is not formed with an s. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${agreeing(count, one, many)}`;
}

/** The one of two words that agrees with the number: "has" with 1, "have" with 0 and 2. */
export function agreeing(count: number, one: string, many: string): string {
  return count === 1 ? one : many;
}
